// A GitHub that we did not write: graphql-js executes queries over GitHub's whole schema, with made-up values.
// It knows nothing of our documents: null spreads as the schema's non-null marks have it. POST /fault sets what goes wrong.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import {
  buildSchema, execute, parse, validate, GraphQLError, isAbstractType, isEnumType, isListType, isNonNullType,
  isObjectType, isScalarType,
} from "graphql";

const schema = buildSchema(readFileSync(process.argv[2], "utf8"), { assumeValidSDL: true });
const COUNT = 7;
const PREFERRED = ["User", "IssueComment", "Tree", "Issue", "PullRequest"];
let fault = {};
const asked = [];

const number = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1000003, 7);

function scalar(name, key) {
  if (name === "Int") return number(key) % 100;
  if (name === "Float") return 0.5;
  if (name === "Boolean") return true;
  if (name === "BigInt") return String(number(key));
  if (name === "DateTime") return "2026-07-01T00:00:00Z";
  if (name === "URI") return `https://github.example/${number(key)}`;
  return `${name}-${number(key)}`;
}

function typeOf(abstract, args) {
  const possible = schema.getPossibleTypes(abstract).map((type) => type.name);
  if (args?.oid) return "Commit";
  const named = args?.id?.split(":")[0];
  if (named && possible.includes(named)) return named;
  return PREFERRED.find((name) => possible.includes(name)) ?? possible[0];
}

function value(type, field, key, args) {
  if (isNonNullType(type)) return value(type.ofType, field, key, args);
  if (isListType(type)) {
    const length = field === "nodes" || field === "edges" ? COUNT : 2;
    return Array.from({ length }, (_, at) => value(type.ofType, field, `${key}.${at}`, args));
  }
  if (isEnumType(type)) return type.getValues()[0].value;
  if (isScalarType(type)) return scalar(type.name, key);
  const name = isAbstractType(type) ? typeOf(type, args) : type.name;
  return { __typename: name, key, args };
}

function resolver(source, args, context, info) {
  const path = [];
  for (let step = info.path; step; step = step.prev) path.unshift(step.key);
  const inNode = path.includes("nodes") || path.includes("edges");
  const index = path.find((step) => typeof step === "number");
  if (fault.field === info.fieldName && (inNode ? index === 1 : !fault.inNodes)) {
    throw new GraphQLError(fault.message ?? "not for you", { extensions: { github: fault.type } });
  }
  const key = `${source?.key ?? ""}/${info.fieldName}${JSON.stringify(args.login ?? args.name ?? args.oid ?? "")}`;
  if (info.fieldName === "rateLimit") return { cost: 1, limit: 5000, remaining: 4990, resetAt: "2030-01-01T00:00:00Z" };
  if (source && info.fieldName in source && info.fieldName !== "key") return source[info.fieldName];
  if (info.fieldName === "id") return `${info.parentType.name}:${number(key)}`;
  if (info.fieldName === "nodes" && args.ids) return args.ids.map((id) => ({ __typename: id.split(":")[0], key: id }));
  if (info.fieldName === "hasNextPage") return false;
  if (info.fieldName === "nameWithOwner") return "lowmere/mill";
  if (info.fieldName === "totalCount" && path.at(-2) !== "comments") return COUNT;
  if (info.fieldName === "login" && /\/repositoryOwner"/.test(source?.key ?? "")) {
    return /repositoryOwner"([^"]+)"/.exec(source.key)[1];
  }
  return value(info.returnType, info.fieldName, key, args);
}

for (const type of Object.values(schema.getTypeMap())) {
  if (isObjectType(type) && !type.name.startsWith("__")) {
    for (const field of Object.values(type.getFields())) field.resolve = resolver;
  }
  if (isAbstractType(type)) type.resolveType = (source) => source.__typename;
}

const written = (error) => {
  const { github, ...extensions } = error.extensions ?? {};
  return { ...(github ? { type: github } : {}), path: error.path, locations: error.locations, message: error.message };
};

async function answer(body) {
  const document = parse(body.query);
  const wrong = validate(schema, document);
  if (wrong.length) return { errors: wrong.map(written) };
  const result = await execute({ schema, document, variableValues: body.variables ?? {} });
  const told = { data: result.data, ...(result.errors ? { errors: result.errors.map(written) } : {}) };
  const roots = Object.keys(told.data ?? {}).filter((key) => key !== "rateLimit");
  if (fault.pathless && roots.length > fault.pathless) {
    for (const key of roots.filter((_, at) => at % 5 === 1)) told.data[key] = null;
    told.errors = [{ message: "odd" }];
  }
  return told;
}

const server = createServer((request, response) => {
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", async () => {
    let said = [];
    if (request.url === "/fault") {
      fault = JSON.parse(text);
    } else if (request.method === "POST") {
      asked.push(text);
      said = await answer(JSON.parse(text));
    }
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(said));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
