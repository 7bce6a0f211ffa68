// Checks messages against the JSON Schemas of docs/schemas.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';

import { inObjects } from './torrent-view.mjs';

const folder = fileURLToPath(new URL('../../docs/schemas/', import.meta.url));

// Name of a file, without .json, to what it has.
export const schemas = Object.fromEntries(
  fs.readdirSync(folder).map((file) => [file.replace('.json', ''), JSON.parse(fs.readFileSync(folder + file))]),
);

const ajv = new Ajv({ allErrors: true, strictRequired: false, strictTypes: false, strictTuples: false });
for (const schema of Object.values(schemas)) ajv.addSchema(schema);

// What is wrong with a value, a line each. reference: a file, and a place in it, as a `$ref` names it.
export function faultsOf(reference, value) {
  const validate = ajv.getSchema(reference);
  assert.ok(validate, `there is no schema ${reference}`);
  if (validate(value)) return [];
  return validate.errors.map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function assertValid(reference, value, what) {
  const faults = faultsOf(reference, value);
  if (faults.length > 0) {
    assert.fail(
      `${what} is not as ${reference} says:\n${faults.slice(0, 10).join('\n')}\n${JSON.stringify(value).slice(0, 2000)}`,
    );
  }
}

// The same, and of a table each row as the object that it stands for, too.
function assertTorrentsValid(reference, value, what) {
  assertValid(reference, value, what);
  const objects = inObjects(value);
  if (objects !== value) assertValid(reference, objects, what);
}

// The kwargs of an event of a server's topic: torrents, session, window, detail or commands.
export function assertEvent(topic, event) {
  assertTorrentsValid(`${topic}.json`, event, `an event of ${topic}`);
}

// The queue of such a topic's events: each is checked when it is taken.
export function checked(topic, events) {
  const next = events.next.bind(events);
  events.next = (matches = () => true) =>
    next((event) => {
      assertEvent(topic, event);
      return matches(event);
    });
  return events;
}

const placeOf = (procedure, part) => `procedures.json#/properties/${procedure}/properties/${part}`;

export const argumentFaults = (procedure, kwargs) => faultsOf(placeOf(procedure, 'arguments'), kwargs);

export function assertResult(procedure, kwargs) {
  assertTorrentsValid(placeOf(procedure, 'result'), kwargs, `the result of ${procedure}`);
}

// The schema of a procedure's kwargs, as it is below its references.
export function argumentsSchema(procedure) {
  const { procedures } = schemas;
  const { $ref, ...given } = procedures.properties[procedure].properties.arguments;
  return $ref ? procedures.$defs[$ref.replace('#/$defs/', '')] : given;
}
