// Clients of the open realm for tests of interoperability: libraries with each of their serializers. A session of any:
//   id, details                                  its own, and WELCOME's
//   binary(bytes)                                the value that its programs have for these bytes
//   subscribe(topic, options, onEvent)           onEvent takes {args, kwargs, details}
//   publish(topic, {args, kwargs}, options)      resolves when the router has acknowledged it
//   call(procedure, {args, kwargs}, options, {onProgress, signal})    {args, kwargs}; an aborted signal's reason is the
//                                                mode of CANCEL
//   register(procedure, options, endpoint)       endpoint({args, kwargs, details}, {progress, interrupted}) gives
//                                                {args, kwargs} or throws a failure; progress, where it is asked for,
//                                                takes {args, kwargs}; interrupted resolves on INTERRUPT
//   close()
// subscribe and register resolve with {id, end()}. Errors are those of failure.

import https from 'node:https';
import path from 'node:path';
import autobahn from 'autobahn';

import { openAutobahnSession } from './autobahn-session.mjs';
import { loadModules } from './httpd-modules.mjs';
import { withPatience } from './patience.mjs';
import { openPythonSession } from './python-session.mjs';
import { endpoint } from './wamp.mjs';
import { openWampySession } from './wampy-session.mjs';

const serializers = ['json', 'msgpack', 'cbor'];
const realm = 'realm1';

// Where a stack's open realm is: as it is, or behind a login of httpd's.
export const openPath = '/ws';
export const loginPath = '/login/ws';
export const loginConf = `
${loadModules('auth_basic', 'authn_core', 'authn_anon', 'authz_user')}<Location ${loginPath}>
  SetHandler torrent-ws-test-realm
  AuthType Basic
  AuthName realm1
  AuthBasicProvider anon
  Anonymous 1 2
  Anonymous_MustGiveEmail off
  Require valid-user
</Location>
`;

function openNodeAutobahn(stack, scheme, serializer, { path: at = openPath, headers } = {}) {
  const { url, ca } = endpoint(stack, scheme, at);
  const agent = scheme === 'wss' ? new https.Agent({ ca }) : undefined;
  return openAutobahnSession(autobahn, { transport: { url, agent, headers }, serializer, realm });
}

function openWampy(stack, scheme, serializer) {
  const { url, ca } = endpoint(stack, scheme, openPath);
  return openWampySession({ url, serializer, socket: { ca }, realm });
}

const openPython = (framework) => (stack, scheme, serializer) => {
  const { url } = endpoint(stack, scheme, openPath);
  return openPythonSession({
    framework,
    serializer,
    url,
    realm,
    certificate: path.join(stack.root, 'certificate.pem'),
  });
};

// Library → how it is opened, and what not all of them can do:
//   cancels       the modes of CANCEL that it can say and survive (undefined: none is said)
//   interrupts    it understands INTERRUPT
//   progresses    its endpoints may give progressive results
//   discloses     it can say disclose_me
//   hearsItself   it can say exclude_me: false
//   retains       it sends retain
export const autobahnTraits = {
  cancels: ['kill'],
  interrupts: false,
  progresses: true,
  discloses: true,
  hearsItself: true,
  retains: true,
};
const pythonTraits = {
  cancels: [undefined],
  interrupts: true,
  progresses: true,
  discloses: false,
  hearsItself: true,
  retains: true,
};
export const nodeAndPython = {
  'Autobahn|JS': { open: openNodeAutobahn, ...autobahnTraits },
  'autobahn-python, asyncio': { open: openPython('asyncio'), ...pythonTraits },
  'wampy': {
    open: openWampy,
    cancels: ['skip', 'kill', 'killnowait'],
    interrupts: false,
    progresses: false,
    discloses: true,
    hearsItself: false,
    retains: false,
  },
  'autobahn-python, Twisted': { open: openPython('twisted'), ...pythonTraits },
};

// Each library with each serializer, in an order in which neighbours have neither in common; every other one over the
// first scheme. The numbers of libraries and of serializers must have no divisor in common.
export function clientsOf(libraries, schemes) {
  const names = Object.keys(libraries);
  return Array.from({ length: names.length * serializers.length }, (_, index) => {
    const library = names[index % names.length];
    const serializer = serializers[index % serializers.length];
    const scheme = schemes[index % 2];
    return new Client(`${library}, ${serializer} over ${scheme}`, libraries[library], scheme, serializer);
  });
}

class Client {
  constructor(name, library, scheme, serializer) {
    Object.assign(this, { name, library, scheme, serializer });
  }

  // One more session of the kind, with what the library can do. What it is asked for does not take for ever.
  async open(stack) {
    const session = await withPatience(this.library.open(stack, this.scheme, this.serializer), `opening ${this.name}`);
    const patient =
      (name) =>
      async (...given) => {
        const result = await withPatience(session[name](...given), `${this.name}: ${name} ${given[0] ?? ''}`);
        return result?.end ? { id: result.id, end: () => withPatience(result.end(), `${this.name}: its end`) } : result;
      };
    const actions = ['subscribe', 'publish', 'call', 'register', 'close'];
    return {
      ...{ id: session.id, details: session.details, binary: session.binary, library: this.library },
      ...Object.fromEntries(actions.map((name) => [name, patient(name)])),
      again: () => this.open(stack),
    };
  }
}

// A session of somebody whom httpd has let in under this name.
export function openAs(stack, user) {
  const credentials = Buffer.from(`${user}:`).toString('base64');
  return openNodeAutobahn(stack, 'ws', 'json', { path: loginPath, headers: { Authorization: `Basic ${credentials}` } });
}
