// The clients that sites use, Autobahn|JS and wampy, behind one face.

import https from 'node:https';
import autobahn from 'autobahn';

import { openAutobahnSession } from './autobahn-session.mjs';
import { EventQueue } from './event-queue.mjs';
import { failure } from './session-values.mjs';
import { WampError } from './wamp.mjs';
import { openWampySession } from './wampy-session.mjs';

// Library name → connect({url, ca, realm, userId, token, serializer}), the latter json, msgpack or cbor. What it
// resolves with has
//   details                             WELCOME's
//   subscribe(topic, options)           an EventQueue of {args, kwargs, details}
//   call(procedure, kwargs)             {args, kwargs}
//   publish(topic, kwargs, options)     resolves when the router has acknowledged it
//   register(procedure, endpoint)       endpoint: a function of kwargs that returns kwargs or throws a WampError
//   close()
// and rejects with a WampError for an ABORT or ERROR.
export const libraries = { 'Autobahn|JS': connectAutobahn, wampy: connectWampy };

const uniform = ({ uri, args }) => {
  throw new WampError(uri, {}, args);
};

function connectAutobahn({ url, ca, realm, userId, token, serializer = 'json' }) {
  const agent = url.startsWith('wss:') ? new https.Agent({ ca }) : undefined;
  const ticket = token && { authmethods: ['ticket'], authid: String(userId), onchallenge: () => token };
  return withFace(openAutobahnSession(autobahn, { transport: { url, agent }, serializer, realm, ...ticket }));
}

function connectWampy({ url, ca, realm, userId, token, serializer = 'json' }) {
  const ticket = token && { authmethods: ['ticket'], authid: String(userId), onChallenge: () => token };
  return withFace(openWampySession({ url, serializer, socket: { ca }, realm, ...ticket }));
}

async function withFace(opening) {
  const session = await opening.catch(uniform);
  const only = (kwargs) => ({ args: [], kwargs });
  return {
    details: session.details,
    async subscribe(topic, options = {}) {
      const events = new EventQueue();
      await session.subscribe(topic, options, (event) => events.push(event)).catch(uniform);
      return events;
    },
    call: (procedure, kwargs = {}) => session.call(procedure, only(kwargs)).catch(uniform),
    publish: (topic, kwargs, options) => session.publish(topic, only(kwargs), options).catch(uniform),
    async register(procedure, endpoint) {
      const answering = async ({ kwargs }) => {
        try {
          return only(await endpoint(kwargs));
        } catch ({ uri, args }) {
          throw failure(uri, args);
        }
      };
      await session.register(procedure, {}, answering).catch(uniform);
    },
    close: () => session.close(),
  };
}
