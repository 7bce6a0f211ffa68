// A WAMP v2 client that sends just what a test says, with the whole of each message in sight.

import { once } from 'node:events';
import WebSocket from 'ws';

import { EventQueue } from './event-queue.mjs';
import { withPatience } from './patience.mjs';
import { serializers } from './serializers.mjs';

const type = {
  hello: 1,
  welcome: 2,
  abort: 3,
  challenge: 4,
  authenticate: 5,
  goodbye: 6,
  error: 8,
  publish: 16,
  subscribe: 32,
  unsubscribe: 34,
  event: 36,
  call: 48,
  cancel: 49,
  result: 50,
  subscribed: 33,
  unsubscribed: 35,
  register: 64,
  unregister: 66,
  unregistered: 67,
  invocation: 68,
  yield: 70,
};

// An ABORT or ERROR from the router.
export class WampError extends Error {
  constructor(uri, details = {}, args = []) {
    super(`${uri}: ${args[0] ?? details.message ?? ''}`);
    this.uri = uri;
    this.args = args;
  }
}

// For assert.rejects: the error is one with this URI.
export const wampError = (uri) => (error) => error instanceof WampError && error.uri === uri;

export class WampClient {
  #socket;
  #serializer;
  #closed;
  #joining;
  #ticket;
  #end;
  #lastRequest = 0;
  #requests = new Map();
  #events = new Map();
  #whole = new Set();
  #endpoints = new Map();
  // What the router took back of its own accord: {registration | subscription, reason}.
  revoked = new EventQueue();

  // serializer: json, cbor or msgpack. options: those of npm's ws, such as ca, origin and headers.
  static async open(url, { serializer = 'json', ...options } = {}) {
    const socket = new WebSocket(url, `wamp.2.${serializer}`, options);
    const client = new WampClient(socket, serializer);
    await withPatience(once(socket, 'open'), `opening ${url}`);
    return client;
  }

  constructor(socket, serializer = 'json') {
    this.#socket = socket;
    this.#serializer = serializers[serializer];
    this.#closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    socket.on('message', (data) => this.#take(this.#serializer.decode(data)));
    socket.on('close', (code) => {
      this.#end = new Error(`the connection ended with ${code}`);
      this.#fail(this.#end);
    });
  }

  // Resolves with WELCOME's details. `ticket` gives the answer to a CHALLENGE, or a promise of it, for the challenge's
  // method and extra.
  join(details = {}, ticket = undefined, realm = 'torrents') {
    if (this.#end) return Promise.reject(this.#end);
    this.#ticket = ticket;
    const roles = { caller: {}, callee: {}, publisher: {}, subscriber: {} };
    const welcome = new Promise((resolve, reject) => {
      this.#joining = { resolve, reject };
      this.send([type.hello, realm, { roles, ...details }]);
    });
    return withPatience(welcome, 'HELLO');
  }

  signIn(userId, token) {
    return this.join({ authmethods: ['ticket'], authid: String(userId) }, () => token);
  }

  // Resolves with the queue of the subscription's events, each one EVENT's kwargs; with `whole`, each as {publication,
  // details, args, kwargs}.
  async subscribe(topic, options = {}, { whole = false } = {}) {
    const [, , subscription] = await this.#request(type.subscribe, [options, topic], (id) => whole && this.#whole.add(id));
    const events = this.#eventsOf(subscription);
    events.subscription = subscription;
    return events;
  }

  unsubscribe(events) {
    return this.#request(type.unsubscribe, [events.subscription]);
  }

  // Resolves with the result's kwargs.
  async call(procedure, kwargs = {}, args = []) {
    const [, , , , result] = await this.#request(type.call, [{}, procedure, args, kwargs]);
    return result;
  }

  // A call that is told of what comes before its result: {id, result, progress}, the last a queue of kwargs.
  callWithProgress(procedure, kwargs = {}) {
    const progress = new EventQueue();
    const answer = this.#request(type.call, [{ receive_progress: true }, procedure, [], kwargs]);
    const id = this.#lastRequest;
    this.#requests.get(id).onProgress = ([, , , , told]) => progress.push(told);
    return { id, result: answer.then(([, , , , result]) => result), progress };
  }

  cancel(id) {
    this.send([type.cancel, id, {}]);
  }

  // Resolves with the result's first argument.
  async ask(procedure, args = [], kwargs = {}, options = {}) {
    const [, , , [result] = []] = await this.#request(type.call, [options, procedure, args, kwargs]);
    return result;
  }

  // Resolves with the publication's id. options: those of PUBLISH, and args.
  async publish(topic, kwargs = {}, { args = [], ...options } = {}) {
    const [, , publication] = await this.#request(type.publish, [{ acknowledge: true, ...options }, topic, args, kwargs]);
    return publication;
  }

  // Resolves with the registration's id. `endpoint` makes the result's args out of INVOCATION's args and details.
  async register(procedure, options = {}, endpoint = (args) => args) {
    const keep = (id) => this.#endpoints.set(id, endpoint);
    const [, , registration] = await this.#request(type.register, [options, procedure], keep);
    return registration;
  }

  unregister(registration) {
    return this.#request(type.unregister, [registration]);
  }

  // Sends a message as it is.
  send(message) {
    this.#socket.send(this.#serializer.encode(message));
  }

  // Resolves with {code, reason} when the connection has ended.
  ended() {
    return withPatience(this.#closed, 'the end of the connection');
  }

  // GOODBYE; resolves as ended() does.
  leave() {
    this.send([type.goodbye, {}, 'wamp.close.close_realm']);
    return this.ended();
  }

  close(code) {
    this.#socket.close(code);
    return this.ended();
  }

  // onId gets the id that the answer has, before anything comes that belongs to it.
  #request(requestType, rest, onId = () => {}) {
    if (this.#end) return Promise.reject(this.#end);
    const id = ++this.#lastRequest;
    const answer = new Promise((resolve, reject) => {
      this.#requests.set(id, { resolve, reject, onId });
      this.send([requestType, id, ...rest]);
    });
    return withPatience(answer, JSON.stringify([requestType, id, ...rest]).slice(0, 200));
  }

  async #take(message) {
    switch (message[0]) {
      case type.welcome:
        // The session's.
        this.id = message[1];
        this.#joining.resolve(message[2]);
        break;
      case type.abort:
        // For a test that waits for nothing when it comes.
        this.aborted = new WampError(message[2], message[1]);
        this.#fail(this.aborted);
        break;
      case type.goodbye:
        // The reason that the router gave, and what else it said, for a test to look at.
        this.goodbye = message[2];
        this.goodbyeDetails = message[1];
        break;
      case type.challenge:
        this.send([type.authenticate, await this.#ticket(message[1], message[2]), {}]);
        break;
      case type.error:
        this.#requests.get(message[2]).reject(new WampError(message[4], message[3], message[5]));
        break;
      case type.event:
        this.#takeEvent(message);
        break;
      case type.invocation: {
        const [, request, registration, details, args = []] = message;
        this.send([type.yield, request, {}, await this.#endpoints.get(registration)(args, details)]);
        break;
      }
      default:
        this.#answer(message);
    }
  }

  #answer(message) {
    const [messageType, request, id] = message;
    if (request === 0 && [type.unsubscribed, type.unregistered].includes(messageType)) {
      this.revoked.push(id);
      return;
    }
    if (messageType === type.result && message[2].progress) {
      this.#requests.get(request)?.onProgress?.(message);
      return;
    }
    this.#requests.get(request)?.onId(id);
    this.#requests.get(request)?.resolve(message);
  }

  #takeEvent([, subscription, publication, details, args = [], kwargs]) {
    const isWhole = this.#whole.has(subscription);
    this.#eventsOf(subscription).push(isWhole ? { publication, details, args, kwargs } : kwargs);
  }

  // An event may come before whoever awaits SUBSCRIBED runs again.
  #eventsOf(subscription) {
    if (!this.#events.has(subscription)) this.#events.set(subscription, new EventQueue());
    return this.#events.get(subscription);
  }

  #fail(error) {
    this.#joining?.reject(error);
    for (const request of this.#requests.values()) request.reject(error);
  }
}

// The address of a path of the stack's, with what a client needs to trust it. scheme: ws or wss.
export function endpoint(stack, scheme = 'ws', path = '/wss/') {
  const url = new URL(path, scheme === 'ws' ? stack.httpUrl : stack.tlsUrl);
  url.protocol = scheme;
  return { url: url.href, ca: stack.certificate };
}

// A client of the torrents, signed in with a fresh token. options: those of WampClient.open().
export async function signedInClient(stack, { userId = 1, scheme = 'ws', ...options } = {}) {
  const { url, ca } = endpoint(stack, scheme);
  const [client, token] = await Promise.all([WampClient.open(url, { ca, ...options }), stack.token(userId)]);
  await client.signIn(userId, token);
  return client;
}

// A session of user 1 that ends as soon as it has begun.
export async function signIn(stack, token) {
  const client = await WampClient.open(endpoint(stack).url);
  await client.signIn(1, token);
  await client.close();
}

export async function tokens(stack, count) {
  const issued = [];
  while (issued.length < count) issued.push(await stack.token());
  return issued;
}
