#!/bin/sh
# GitHub's own schema, by which the tests check the queries: contracts/github.graphql, from the npm package
# @octokit/graphql-schema, which GitHub's Octokit project keeps up to date. It is not kept in the repository.
#
# Needs npm. Settings: SCHEMA_VERSION (latest).
set -eu
cd "$(dirname "$0")/.."
package=@octokit/graphql-schema@${SCHEMA_VERSION:-latest}

if ! command -v npm >/dev/null 2>&1; then
    echo "npm is missing: install it (Debian: apt install npm), or put GitHub's public schema into contracts/github.graphql by hand:" >&2
    echo "https://docs.github.com/en/graphql/overview/public-schema" >&2
    exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --silent --pack-destination "$folder" "$package" >/dev/null
tar -xzf "$folder"/*.tgz -C "$folder" package/schema.graphql
mkdir -p contracts
mv "$folder/package/schema.graphql" contracts/github.graphql
echo "contracts/github.graphql is GitHub's schema as of $package."
