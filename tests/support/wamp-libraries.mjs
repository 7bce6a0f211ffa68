// The clients that sites use, Autobahn|JS and wampy, behind one face.

import https from 'node:https';
import autobahn from 'autobahn';
import { Wampy } from 'wampy';
import WebSocket from 'ws';

import { EventQueue } from './event-queue.mjs';
import { WampError } from './wamp.mjs';

// Library name → connect({url, ca, realm, userId, token}). What it resolves with has
//   details                             WELCOME's
//   subscribe(topic, options)           an EventQueue of {args, kwargs}
//   call(procedure, kwargs)             {args, kwargs}
//   publish(topic, kwargs, options)     resolves when the router has acknowledged it
//   register(procedure, endpoint)       endpoint: a function of kwargs that returns kwargs or throws a WampError
//   close()
// and rejects with a WampError for an ABORT or ERROR.
export const libraries = { 'Autobahn|JS': connectAutobahn, wampy: connectWampy };

async function connectAutobahn({ url, ca, realm, userId, token }) {
  const connection = new autobahn.Connection({
    transports: [{ type: 'websocket', url, agent: url.startsWith('wss:') ? new https.Agent({ ca }) : undefined }],
    protocols: ['wamp.2.json'],
    realm,
    use_es6_promises: true,
    max_retries: 0,
    on_user_error: () => {}, // an endpoint that fails on purpose
    ...(token && { authmethods: ['ticket'], authid: String(userId), onchallenge: () => token }),
  });
  const closed = new Promise((resolve) => {
    connection.onclose = (reason, details) => resolve(details);
  });
  const opened = new Promise((resolve, reject) => {
    connection.onopen = (session, details) => resolve({ session, details });
    closed.then((details) => reject(new WampError(details.reason, details)));
  });
  connection.open();
  const { session, details } = await opened;
  const uniform = (error) => {
    throw new WampError(error.error, {}, error.args);
  };
  const payload = ({ args, kwargs }) => ({ args, kwargs });
  return {
    details,
    async subscribe(topic, options) {
      const events = new EventQueue();
      await session.subscribe(topic, (args, kwargs) => events.push({ args, kwargs }), options).catch(uniform);
      return events;
    },
    async call(procedure, kwargs) {
      // A result without kwargs is given as its first argument alone, else as a Result.
      const result = await session.call(procedure, [], kwargs).catch(uniform);
      return result instanceof autobahn.Result ? payload(result) : { args: [result], kwargs: {} };
    },
    publish: (topic, kwargs, options) =>
      session.publish(topic, [], kwargs, { acknowledge: true, ...options }).catch(uniform),
    register: (procedure, endpoint) =>
      session
        .register(procedure, async (args, kwargs) => {
          try {
            return new autobahn.Result([], await endpoint(kwargs));
          } catch (error) {
            throw new autobahn.Error(error.uri, error.args);
          }
        })
        .catch(uniform),
    close() {
      connection.close();
      return closed;
    },
  };
}

async function connectWampy({ url, ca, realm, userId, token }) {
  const client = new Wampy(url, {
    realm,
    autoReconnect: false,
    ws: class extends WebSocket {
      constructor(address, protocols) {
        super(address, protocols, { ca });
      }
    },
    ...(token && { authid: String(userId), authmethods: ['ticket'], onChallenge: () => token }),
  });
  const uniform = (error) => {
    throw new WampError(error.errorUri, error.details, error.argsList);
  };
  const payload = ({ argsList, argsDict }) => ({ args: argsList, kwargs: argsDict });
  return {
    details: await client.connect().catch(uniform),
    async subscribe(topic, options) {
      const events = new EventQueue();
      await client.subscribe(topic, (event) => events.push(payload(event)), options).catch(uniform);
      return events;
    },
    call: async (procedure, kwargs) => payload(await client.call(procedure, { argsDict: kwargs }).catch(uniform)),
    publish: (topic, kwargs, options) => client.publish(topic, { argsDict: kwargs }, options).catch(uniform),
    register: (procedure, endpoint) =>
      client
        .register(procedure, async ({ argsDict }) => {
          try {
            return { argsDict: await endpoint(argsDict) };
          } catch (error) {
            throw { error: error.uri, argsList: error.args };
          }
        })
        .catch(uniform),
    close: () => client.disconnect(),
  };
}
