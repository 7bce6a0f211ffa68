// A session of Autobahn|JS, in Node or on a page: see interop-sessions.mjs for what it can do.

import { bytesInJson, failure, plain } from './session-values.mjs';

const serializers = { json: 'JSONSerializer', msgpack: 'MsgpackSerializer', cbor: 'CBORSerializer' };

// As the library's own, but a promise that tells progress, too.
function deferred() {
  const own = {};
  own.promise = new Promise((resolve, reject) => Object.assign(own, { resolve, reject }));
  own.notify = (result) => own.promise.onProgress(result);
  return own;
}

// transport: the library's options of it, url at least; the others, such as authmethods, are the connection's.
export async function openAutobahnSession(autobahn, { transport, serializer, ...options }) {
  const connection = new autobahn.Connection({
    transports: [{ type: 'websocket', ...transport }],
    serializers: [new autobahn.serializer[serializers[serializer]]()],
    use_deferred: deferred,
    max_retries: 0,
    on_user_error: () => {}, // an endpoint that fails on purpose
    ...options,
  });
  const closed = new Promise((resolve) => {
    connection.onclose = (reason, details) => resolve(details);
  });
  const opened = new Promise((resolve, reject) => {
    connection.onopen = (session, details) => resolve({ session, details });
    closed.then(({ reason, message }) => reject(failure(reason, [message])));
  });
  connection.open();
  const { session, details } = await opened;

  const uniform = (error) => {
    throw failure(error.error ?? String(error), plain(error.args), plain(error.kwargs));
  };
  // One argument alone is given as it is.
  const payloadOf = (result) =>
    plain(
      result instanceof autobahn.Result
        ? { args: result.args, kwargs: result.kwargs }
        : { args: result === null ? [] : [result], kwargs: {} },
    );
  return {
    id: session.id,
    details: plain(details),
    binary: serializer === 'json' ? bytesInJson : (bytes) => bytes,
    async subscribe(topic, options, onEvent) {
      const take = (args, kwargs, event) => onEvent(plain({ args, kwargs, details: event }));
      const subscription = await session.subscribe(topic, take, options).catch(uniform);
      return { id: subscription.id, end: () => session.unsubscribe(subscription).catch(uniform) };
    },
    async publish(topic, { args, kwargs }, options) {
      await session.publish(topic, args, kwargs, { acknowledge: true, ...options }).catch(uniform);
    },
    async call(procedure, { args, kwargs }, options = {}, { onProgress, signal } = {}) {
      const own = { ...options, ...(onProgress && { receive_progress: true }) };
      const call = session.call(procedure, args, kwargs, own);
      call.onProgress = (result) => onProgress(payloadOf(result));
      signal?.addEventListener('abort', () => call.cancel({ mode: signal.reason }));
      return payloadOf(await call.catch(uniform));
    },
    async register(procedure, options, endpoint) {
      const invoked = async (args, kwargs, invocation) => {
        try {
          const { progress, ...about } = invocation;
          const tell = progress && ((payload) => progress(payload.args, payload.kwargs));
          const given = await endpoint(plain({ args, kwargs, details: about }), { progress: tell });
          return new autobahn.Result(given.args, given.kwargs);
        } catch (error) {
          throw new autobahn.Error(error.uri ?? String(error), error.args, error.kwargs);
        }
      };
      const registration = await session.register(procedure, invoked, options).catch(uniform);
      return { id: registration.id, end: () => session.unregister(registration).catch(uniform) };
    },
    close() {
      connection.close();
      return closed;
    },
  };
}
