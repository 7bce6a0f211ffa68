// The serializers of WAMP v2, each as the subprotocol wamp.2.NAME has it. Numbers of 64 bits come as numbers.

import { Encoder } from 'cbor-x';
import { Packr } from 'msgpackr';

const cbor = new Encoder({ useRecords: false, mapsAsObjects: true, int64AsNumber: true });
const msgpack = new Packr({ useRecords: false, int64AsType: 'number' });

export const serializers = {
  json: { encode: (value) => JSON.stringify(value), decode: (data) => JSON.parse(data) },
  cbor: { encode: (value) => cbor.encode(value), decode: (data) => cbor.decode(data) },
  msgpack: { encode: (value) => msgpack.pack(value), decode: (data) => msgpack.unpack(data) },
};

// Each form in which a client can have the list: {serializer, format}.
export const forms = Object.keys(serializers).flatMap((serializer) =>
  ['object', 'table'].map((format) => ({ serializer, format })),
);
