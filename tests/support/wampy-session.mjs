// A session of wampy: see interop-sessions.mjs for what it can do.

import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import WebSocket from 'ws';

import { bytesInJson, failure, plain } from './session-values.mjs';

const serializers = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };

// socket: options of npm's ws; the others, such as authmethods, are the library's.
export async function openWampySession({ url, serializer, socket, ...options }) {
  const client = new Wampy(url, {
    autoReconnect: false,
    serializer: new serializers[serializer](),
    ws: class extends WebSocket {
      constructor(address, protocols) {
        super(address, protocols, socket);
      }
    },
    ...options,
  });
  const uniform = (error) => {
    throw failure(error.errorUri ?? String(error), plain(error.argsList), plain(error.argsDict));
  };
  const payloadOf = ({ argsList = [], argsDict = {} }) => plain({ args: argsList, kwargs: argsDict });
  const given = ({ args, kwargs }) => ({ argsList: args, argsDict: kwargs });
  const details = await client.connect().catch(uniform);
  return {
    id: Number(client.getSessionId()),
    details: plain(details),
    binary: serializer === 'json' ? bytesInJson : (bytes) => bytes,
    // What was subscribed with options, it cannot unsubscribe: it finds the subscription no more.
    async subscribe(topic, options, onEvent) {
      const take = (event) => onEvent({ ...payloadOf(event), details: plain(event.details) });
      const own = Object.keys(options).length > 0 ? options : undefined;
      const { subscriptionId } = await client.subscribe(topic, take, own).catch(uniform);
      return { id: Number(subscriptionId), end: () => client.unsubscribe(subscriptionId).catch(uniform) };
    },
    async publish(topic, payload, options) {
      await client.publish(topic, given(payload), options).catch(uniform);
    },
    async call(procedure, payload, options = {}, { onProgress, signal } = {}) {
      const progress = onProgress && { progress_callback: (result) => onProgress(payloadOf(result)) };
      const call = client.call(procedure, given(payload), { ...options, ...progress });
      const { reqId } = client.getOpStatus();
      signal?.addEventListener('abort', () => client.cancel(reqId, { mode: signal.reason }));
      return payloadOf(await call.catch(uniform));
    },
    async register(procedure, options, endpoint) {
      const invoked = async ({ result_handler: tell, details: about, ...payload }) => {
        try {
          const progress = about.receive_progress && ((part) => tell({ ...given(part), options: { progress: true } }));
          return given(await endpoint({ ...payloadOf(payload), details: plain(about) }, { progress }));
        } catch (error) {
          throw { error: error.uri ?? String(error), argsList: error.args, argsDict: error.kwargs };
        }
      };
      const { registrationId } = await client.register(procedure, invoked, options).catch(uniform);
      return { id: Number(registrationId), end: () => client.unregister(procedure).catch(uniform) };
    },
    close: () => client.disconnect(),
  };
}
