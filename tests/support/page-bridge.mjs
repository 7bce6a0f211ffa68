// On a page: drives sessions of Autobahn|JS for the RemoteSessions of a test.

import { openAutobahnSession } from './autobahn-session.mjs';
import { fromText, toText } from './session-values.mjs';

// report: what takes the messages for the RemoteSession. Gives what takes those from it, as text.
export function bridge(autobahn, options, report) {
  const tell = (message) => report(toText(message));
  const ends = new Map();
  const cancels = new Map();
  const invocations = new Map();
  let session;
  let invoked = 0;

  const invocationsOf =
    (about) =>
    ({ args, kwargs, details }, { progress }) =>
      new Promise((resolve, reject) => {
        const invocation = (invoked += 1);
        invocations.set(invocation, { resolve, reject, progress });
        tell({ kind: 'invocation', about, invocation, args, kwargs, details, progress: Boolean(progress) });
      });
  const remember = (command, { id, end }) => {
    ends.set(command, end);
    return { id };
  };
  const actions = {
    async join() {
      session = await openAutobahnSession(autobahn, options);
      return { id: session.id, details: session.details };
    },
    async subscribe({ command, topic, options: own }) {
      const onEvent = (event) => tell({ kind: 'event', about: command, ...event });
      return remember(command, await session.subscribe(topic, own, onEvent));
    },
    publish: ({ topic, args, kwargs, options: own }) => session.publish(topic, { args, kwargs }, own),
    call({ command, procedure, args, kwargs, options: own, progress }) {
      const controller = new AbortController();
      cancels.set(command, (mode) => controller.abort(mode));
      const onProgress = progress && ((payload) => tell({ kind: 'progress', about: command, ...payload }));
      return session.call(procedure, { args, kwargs }, own, { onProgress, signal: controller.signal });
    },
    cancel: ({ call, mode }) => cancels.get(call)(mode),
    register: async ({ command, procedure, options: own }) =>
      remember(command, await session.register(procedure, own, invocationsOf(command))),
    end: ({ ended }) => ends.get(ended)(),
    answer({ invocation, kind, uri, args, kwargs }) {
      const { resolve, reject, progress } = invocations.get(invocation);
      if (kind === 'progress') progress({ args, kwargs });
      else if (kind === 'result') resolve({ args, kwargs });
      else reject({ uri, args, kwargs });
    },
    close: () => session.close(),
  };
  return async (text) => {
    const { command, do: what, ...rest } = fromText(text);
    try {
      tell({ kind: 'result', about: command, value: await actions[what]({ command, ...rest }) });
    } catch ({ uri, message, args, kwargs }) {
      tell({ kind: 'error', about: command, uri: uri ?? message, args, kwargs });
    }
  };
}
