// Writes build/generated/schemas.ts: the types that docs/schemas describe, for gui/protocol.check.ts.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const repository = fileURLToPath(new URL("..", import.meta.url));
const folder = path.join(repository, "docs/schemas");
const output = path.join(repository, "build/generated/schemas.ts");

const files = Object.fromEntries(
  fs.readdirSync(folder).map((file) => [file, JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"))]),
);

/** What a `$ref` of this file names, and the file that it is in. */
function resolve(reference, file) {
  const [named, pointer = ""] = reference.split("#");
  const target = named || file;
  const steps = pointer.split("/").slice(1);
  return { schema: steps.reduce((schema, step) => schema[step], files[target]), file: target };
}

/**
 * The schema with all that it refers to, in the older and smaller language that is made into types: a `$ref` had
 * no neighbours then. What says more than a type (patterns, ranges, what goes with what) is left out, and an
 * object has no members but those that are listed.
 */
function plain(schema, file) {
  if (typeof schema === "boolean") return schema ? {} : false;
  const parts = partsOf(schema, file);
  const first = (keyword) => parts.find((part) => keyword in part.schema);
  const nested = (keyword) => {
    const part = first(keyword);
    return part && plain(part.schema[keyword], part.file);
  };

  const properties = {};
  for (const part of parts) {
    for (const [name, value] of Object.entries(part.schema.properties ?? {})) {
      if (value !== false) properties[name] ??= plain(value, part.file);
    }
  }
  const required = parts.flatMap((part) => part.schema.required ?? []).filter((name) => name in properties);
  if (Object.keys(properties).length > 0) {
    return { type: "object", properties, required: [...new Set(required)], additionalProperties: false };
  }

  const choice = first("anyOf") ?? first("oneOf");
  if (choice) {
    return { anyOf: (choice.schema.anyOf ?? choice.schema.oneOf).map((one) => plain(one, choice.file)) };
  }
  if (first("const")) return { enum: [first("const").schema.const] };
  if (first("enum")) return { enum: first("enum").schema.enum };
  const type = first("type")?.schema.type;
  if (type === "object") return { type, additionalProperties: nested("additionalProperties") ?? false };
  if (type === "array") return { type, items: itemsOf(first("items"), first("prefixItems")) };
  return type ? { type } : {};
}

/** A schema, those that it refers to, and those that hold as well: the nearest first. */
function partsOf(schema, file) {
  const { $ref, allOf = [] } = schema;
  const referred = $ref ? [resolve($ref, file)] : [];
  const further = [...referred, ...allOf.map((one) => ({ schema: one, file }))];
  return [{ schema, file }, ...further.flatMap((part) => partsOf(part.schema, part.file))];
}

function itemsOf(items, prefix) {
  const all = [
    ...(prefix?.schema.prefixItems ?? []).map((one) => plain(one, prefix.file)),
    ...(items?.schema.items ? [plain(items.schema.items, items.file)] : []),
  ];
  return items ? { anyOf: all } : {};
}

const membersOf = (members) => ({
  type: "object",
  properties: members,
  required: Object.keys(members),
  additionalProperties: false,
});

const events = {
  torrents: "torrents.json",
  "torrents.window": "window.json",
  "torrents.commands": "commands.json",
  "torrents.detail": "detail.json",
  session: "session.json",
  preferences: "preferences.json",
};
const eventTypes = Object.fromEntries(
  Object.entries(events).map(([topic, file]) => [topic, plain(files[file], file)]),
);
const procedureTypes = Object.fromEntries(
  Object.entries(files["procedures.json"].properties).map(([name, { properties }]) => [
    name,
    membersOf({
      arguments: plain(properties.arguments, "procedures.json"),
      result: plain(properties.result, "procedures.json"),
    }),
  ]),
);

const schemas = membersOf({ events: membersOf(eventTypes), procedures: membersOf(procedureTypes) });
const types = await compile(schemas, "Schemas", {
  bannerComment: "// Written by schema-types.mjs.",
  format: false,
});
fs.mkdirSync(path.dirname(output), { recursive: true });
fs.writeFileSync(output, types);
