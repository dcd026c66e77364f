// What the scripts say, in the page's language: texts are named by their English words, as in dashboards/texts.
"use strict";
Object.assign(ecotone, (() => {
  const { words, remarks, patterns, language, tag, root } = ecotoneWords;
  const made = patterns.map(([pattern, said]) => [new RegExp(`^(?:${pattern})$`), said]);

  // A text, with its fields {name} filled in.
  const t = (text, fields = {}) => (words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);

  // Kinds that a group of a pattern lists, said as the remarks say them.
  const listed = (names) => names.split(", ").map((name) => remarks[name] ?? name).join("、");

  function part(text) {
    if (remarks[text]) return remarks[text];
    for (const [pattern, said] of made) {
      const found = pattern.exec(text);
      if (found) return said.replace(/\$(\d)/g, (_, place) => listed(found[place]));
    }
    return text;
  }

  // A metric's reason or remark, part by part.
  const told = (text) => (language === "en" || !text ? text : text.split("; ").map(part).join("；"));

  return { t, told, language, tag, root };
})());
