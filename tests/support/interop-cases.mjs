// What clients of different libraries do together, by feature of the specification (wamp-proto, rfc/text/advanced).
// Each case is async ({one, other, third, uri, stack}): three sessions of different kinds, and a URI of its own below
// which nobody else uses any.

import assert from 'node:assert/strict';

import { EventQueue } from './event-queue.mjs';
import { openAs } from './interop-clients.mjs';
import { withPatience } from './patience.mjs';

const nothing = { args: [], kwargs: {} };
const echo = ({ args, kwargs }) => ({ args, kwargs });
const failsWith = (uri) => (error) => {
  assert.equal(error.uri, uri, String(error.stack));
  return true;
};

// A queue of the events, with the subscription's id and end().
async function listen(session, topic, options = {}) {
  const events = new EventQueue();
  return Object.assign(events, await session.subscribe(topic, options, (event) => events.push(event)));
}

const say = (session, topic, what, options = {}) => session.publish(topic, { args: [what], kwargs: {} }, options);
const told = async (events) => (await events.next()).args[0];
const answer = async (session, procedure, ...args) => (await session.call(procedure, { args, kwargs: {} })).args;

// Registers what answers with `name`, and with the procedure that was called.
const registerNamed = (session, name, procedure, options = {}) =>
  session.register(procedure, options, ({ details }) => ({ args: [name, details.procedure ?? null], kwargs: {} }));

// Registers what does not answer until it is told to: {invoked, interrupted, release}; the first two are promises.
async function registerPending(session, procedure) {
  const pending = {};
  const promise = (name) => new Promise((resolve) => (pending[`on${name}`] = resolve));
  const [invoked, interrupted, released] = ['Invoked', 'Interrupted', 'Released'].map(promise);
  await session.register(procedure, {}, async (call, { interrupted: interruption }) => {
    pending.onInvoked();
    interruption?.then(pending.onInterrupted);
    await released;
    return nothing;
  });
  return { invoked, interrupted, release: pending.onReleased };
}

// The session has not ended for what it has got.
async function assertAlive(session, uri) {
  const { end } = await session.register(`${uri}.alive`, {}, echo);
  assert.deepEqual(await answer(session, `${uri}.alive`, 'yes'), ['yes']);
  await end();
}

// A call of one's to other that ends with the error `expected`, for its options or because of what `end` does.
async function assertEndsEarly({ one, other, uri }, expected, options, { end = () => {}, interrupts = true } = {}) {
  const { invoked, interrupted, release } = await registerPending(other, uri);
  const controller = new AbortController();
  const call = one.call(uri, nothing, options, { signal: controller.signal });
  const failed = assert.rejects(withPatience(call, 'the end of a call'), failsWith(expected));
  await withPatience(invoked, 'the invocation');
  end(controller);
  await failed;
  if (interrupts && other.library.interrupts) await withPatience(interrupted, 'the interrupt');
  // autobahn-python fails a call that it cancels at once, before the router knows of it.
  await assertAlive(one, `${uri}.before`);
  release(); // nobody waits for it any more
  await Promise.all([assertAlive(one, `${uri}.one`), assertAlive(other, `${uri}.other`)]);
}

const ids = (session) => [session.id];
const details = (entry, ...names) => Object.fromEntries(names.map((name) => [name, entry[name]]));

// The meta API of registrations or subscriptions: one is made by a session of one's kind, and read by `other`.
async function assertKnown({ one, other, uri }, kind, make, { noSuch, listOf, countOf, isOne, more, end }) {
  const asked = (procedure, ...args) => answer(other, `wamp.${kind}.${procedure}`, ...args);
  const topics = ['on_create', isOne[0], isOne[1], 'on_delete'];
  const events = await Promise.all(topics.map((topic) => listen(other, `wamp.${kind}.${topic}`)));
  const maker = await one.again();
  const made = await make(maker, uri, { match: 'prefix' });

  const [created, joined] = await Promise.all(
    events.slice(0, 2).map((queue, at) => queue.next(({ args }) => (at === 0 ? args[1].id : args[1]) === made.id)),
  );
  assert.equal(created.args[0], maker.id);
  assert.deepEqual(details(created.args[1], 'id', 'uri', 'match'), { id: made.id, uri, match: 'prefix' });
  assert.ok(Number.isFinite(Date.parse(created.args[1].created)), created.args[1].created);
  assert.deepEqual(joined.args, [maker.id, made.id]);

  assert.deepEqual(await asked('lookup', uri, { match: 'prefix' }), [made.id]);
  assert.deepEqual((await asked('lookup', uri))[0] ?? null, null);
  const [lists] = await asked('list');
  assert.ok(lists.prefix.includes(made.id) && !lists.exact.includes(made.id) && Array.isArray(lists.wildcard));
  assert.deepEqual([await asked('match', `${uri}.more`)].flat(2), [made.id]);
  const [entry] = await asked('get', made.id);
  assert.deepEqual(details(entry, 'id', 'uri', 'match', ...Object.keys(more)), {
    id: made.id,
    uri,
    match: 'prefix',
    ...more,
  });
  assert.deepEqual((await asked(listOf, made.id)).flat(), [maker.id]);
  assert.deepEqual(await asked(countOf, made.id), [1]);

  await end(maker, made);
  const [left, deleted] = await Promise.all(
    events.slice(2).map((queue) => queue.next(({ args }) => args[1] === made.id)),
  );
  assert.deepEqual(left.args, [maker.id, made.id]);
  assert.deepEqual(deleted.args, [maker.id, made.id]);
  await assert.rejects(asked('get', made.id), failsWith(`wamp.error.${noSuch}`));
  await Promise.all(events.map(({ end }) => end()));
}

export const cases = {
  async 'a prefix subscription'({ one, other, uri }) {
    const heard = await listen(one, uri, { match: 'prefix' });
    await say(other, uri.slice(0, -1), 'not below it');
    for (const topic of [uri, `${uri}.a.b`, `${uri}x`]) {
      await say(other, topic, topic);
      const event = await heard.next();
      assert.deepEqual([event.args, event.details.topic], [[topic], topic]);
    }
  },

  async 'a wildcard subscription'({ one, other, uri }) {
    const heard = await listen(one, `${uri}..end`, { match: 'wildcard' });
    for (const topic of [`${uri}.a.b.end`, `${uri}.a.ending`, `${uri}.end`]) await say(other, topic, 'no match');
    await say(other, `${uri}.a.end`, 'matches');
    const event = await heard.next();
    assert.deepEqual([event.args, event.details.topic], [['matches'], `${uri}.a.end`]);
  },

  async 'one event for each subscription'({ one, other, uri }) {
    const heard = [
      await listen(one, `${uri}.a.b`),
      await listen(one, uri, { match: 'prefix' }),
      await listen(one, `${uri}..b`, { match: 'wildcard' }),
    ];
    assert.equal(new Set(heard.map(({ id }) => id)).size, 3);
    await say(other, `${uri}.a.b`, 'all');
    assert.deepEqual(await Promise.all(heard.map(told)), ['all', 'all', 'all']);
    await heard[0].end();
    await say(other, `${uri}.a.b`, 'two');
    assert.deepEqual(await Promise.all(heard.slice(1).map(told)), ['two', 'two']);
    assert.equal(heard[0].length, 0);
  },

  async 'prefix and exact registrations'({ one, other, third, uri }) {
    await registerNamed(one, 'short', uri, { match: 'prefix' });
    await registerNamed(third, 'long', `${uri}.long`, { match: 'prefix' });
    await registerNamed(third, 'exact', `${uri}.long.exact`);
    assert.deepEqual(await answer(other, `${uri}.a.b`), ['short', `${uri}.a.b`]);
    assert.deepEqual(await answer(other, `${uri}.long.b`), ['long', `${uri}.long.b`]);
    assert.equal((await answer(other, `${uri}.long.exact`))[0], 'exact');
    await assert.rejects(answer(other, uri.slice(0, -1)), failsWith('wamp.error.no_such_procedure'));
  },

  async 'wildcard registrations'({ one, other, third, uri }) {
    await registerNamed(one, 'late', `${uri}..y.do`, { match: 'wildcard' });
    await registerNamed(third, 'early', `${uri}.a..do`, { match: 'wildcard' });
    assert.deepEqual(await answer(other, `${uri}.x.y.do`), ['late', `${uri}.x.y.do`]);
    assert.deepEqual(await answer(other, `${uri}.a.y.do`), ['early', `${uri}.a.y.do`]);
    await assert.rejects(answer(other, `${uri}.x.do`), failsWith('wamp.error.no_such_procedure'));
  },

  async 'a shared registration, in turns'({ one, other, third, uri }) {
    const shared = [
      await registerNamed(one, 'one', uri, { invoke: 'roundrobin' }),
      await registerNamed(other, 'other', uri, { invoke: 'roundrobin' }),
    ];
    assert.equal(shared[0].id, shared[1].id);
    const exists = ({ uri: error }) => error.startsWith('wamp.error.procedure_already_exists');
    await assert.rejects(registerNamed(third, 'third', uri, { invoke: 'random' }), exists);
    await assert.rejects(registerNamed(third, 'third', uri), exists);
    const names = [];
    for (let n = 0; n < 4; n += 1) names.push((await answer(third, uri))[0]);
    assert.deepEqual(names, ['one', 'other', 'one', 'other']);
    await shared[0].end();
    for (let n = 0; n < 2; n += 1) assert.equal((await answer(third, uri))[0], 'other');
    await shared[1].end();
    await assert.rejects(answer(third, uri), failsWith('wamp.error.no_such_procedure'));
  },

  async 'progressive results'({ one, other, uri }) {
    for (const [callee, caller, procedure] of [
      [one, other, `${uri}.there`],
      [other, one, `${uri}.back`],
    ]) {
      await callee.register(procedure, {}, async ({ args: [count] }, { progress }) => {
        for (let n = 0; progress && n < count; n += 1) await progress({ args: [n], kwargs: { of: count } });
        return { args: ['done'], kwargs: {} };
      });
      const parts = [];
      const onProgress = (part) => parts.push(part);
      const result = await caller.call(procedure, { args: [3], kwargs: {} }, {}, { onProgress });
      assert.deepEqual(result, { args: ['done'], kwargs: {} });
      const expected = callee.library.progresses ? [0, 1, 2] : [];
      assert.deepEqual(
        parts,
        expected.map((n) => ({ args: [n], kwargs: { of: 3 } })),
      );
      assert.deepEqual(await answer(caller, procedure, 3), ['done']);
    }
  },

  async 'canceled calls'(context) {
    for (const mode of context.one.library.cancels) {
      const end = (controller) => controller.abort(mode);
      const own = { ...context, uri: `${context.uri}.${mode}` };
      await assertEndsEarly(own, 'wamp.error.canceled', {}, { end, interrupts: mode !== 'skip' });
    }
  },

  async 'a call that takes too long'(context) {
    await assertEndsEarly(context, 'wamp.error.timeout', { timeout: 100 });
    await context.other.register(`${context.uri}.fast`, {}, echo);
    const result = await context.one.call(`${context.uri}.fast`, { args: [1], kwargs: {} }, { timeout: 600_000 });
    assert.deepEqual(result.args, [1]);
  },

  async 'a publisher and a caller say who they are, where they want that'({ one, other, uri }) {
    const heard = await listen(other, uri);
    await other.register(uri, {}, ({ details: about }) => ({ args: [about.caller ?? 'nobody'], kwargs: about }));
    await say(one, uri, 'unknown');
    assert.equal((await heard.next()).details.publisher, undefined);
    assert.deepEqual((await one.call(uri, nothing)).args, ['nobody']);
    if (!one.library.discloses) return;
    await say(one, uri, 'known', { disclose_me: true });
    const { details: event } = await heard.next();
    assert.equal(event.publisher, one.id);
    assert.equal(event.publisher_authrole, one.details.authrole);
    const call = await one.call(uri, nothing, { disclose_me: true });
    assert.deepEqual(call.args, [one.id]);
    assert.equal(call.kwargs.caller_authrole, one.details.authrole);
  },

  async 'events for some sessions, and not for others'({ one, other, third, uri }) {
    const [here, there] = [await listen(other, uri), await listen(third, uri)];
    await say(one, uri, 'not for other', { exclude: ids(other) });
    await say(one, uri, 'for other', { eligible: ids(other) });
    await say(one, uri, 'for third', { eligible: [other.id, third.id], exclude: ids(other) });
    await say(one, uri, 'for both');
    assert.deepEqual([await told(here), await told(here)], ['for other', 'for both']);
    const rest = [await told(there), await told(there), await told(there)];
    assert.deepEqual(rest, ['not for other', 'for third', 'for both']);
  },

  async 'events for some users and roles, and not for others'({ one, other, uri, stack }) {
    const guests = await Promise.all([openAs(stack, '1'), openAs(stack, '2')]);
    const sessions = [...guests, other];
    assert.deepEqual(
      guests.map((guest) => guest.details.authid),
      ['1', '2'],
    );
    const [{ authrole: userRole }, { authrole: strangersRole }] = [guests[1].details, other.details];
    assert.notEqual(userRole, strangersRole);
    const heard = await Promise.all(sessions.map((session) => listen(session, uri)));
    const events = {
      'not for 2': [{ exclude_authid: ['2'] }, ({ authid }) => authid !== '2'],
      'for 2': [{ eligible_authid: ['2'] }, ({ authid }) => authid === '2'],
      'not for his role': [{ exclude_authrole: [userRole] }, ({ authrole }) => authrole !== userRole],
      'for strangers': [{ eligible_authrole: [strangersRole] }, ({ authrole }) => authrole === strangersRole],
      'for both roles but 2': [
        { eligible_authrole: [strangersRole, userRole], exclude_authid: ['2'] },
        ({ authid, authrole }) => [strangersRole, userRole].includes(authrole) && authid !== '2',
      ],
      'for all': [{}, () => true],
    };
    for (const [what, [options]] of Object.entries(events)) await say(one, uri, what, options);
    for (const [at, session] of sessions.entries()) {
      const expected = Object.keys(events).filter((what) => events[what][1](session.details));
      const got = [];
      while (got.at(-1) !== 'for all') got.push(await told(heard[at]));
      assert.deepEqual(got, expected);
    }
    await Promise.all(guests.map((guest) => guest.close()));
  },

  async 'its own events'({ one, uri }) {
    const heard = await listen(one, uri);
    await say(one, uri, 'unheard');
    if (!one.library.hearsItself) return;
    await say(one, uri, 'heard', { exclude_me: false });
    assert.equal(await told(heard), 'heard');
  },

  async 'a retained event'({ one, other, third, uri }) {
    const [publisher, reader, latest] = one.library.retains ? [one, other, third] : [third, one, other];
    await say(publisher, uri, 'first', { retain: true });
    await say(publisher, uri, 'last', { retain: true });
    await say(publisher, uri, 'not retained');
    const late = await listen(reader, uri, { get_retained: true });
    const event = await late.next();
    assert.deepEqual([event.args, event.details.retained], [['last'], true]);
    const later = await listen(latest, uri);
    await say(publisher, uri, 'live');
    const live = await later.next();
    assert.deepEqual([live.args, live.details.retained ?? false], [['live'], false]);
    assert.equal(await told(late), 'live');
  },

  async 'a testament'({ one, other, uri }) {
    const heard = await listen(other, uri);
    const will = (text) => ({ args: [uri, [text], { of: one.id }], kwargs: {} });
    const [mortal, changed] = [await one.again(), await one.again()];
    await changed.call('wamp.session.add_testament', will('flushed'));
    await changed.call('wamp.session.flush_testaments', nothing);
    await mortal.call('wamp.session.add_testament', will('first'));
    await mortal.call('wamp.session.add_testament', { ...will('last'), kwargs: { scope: 'destroyed' } });
    await changed.close();
    assert.equal(heard.length, 0);
    await mortal.close();
    for (const text of ['first', 'last']) {
      const { args, kwargs } = await heard.next();
      assert.deepEqual({ args, kwargs }, { args: [text], kwargs: { of: one.id } });
    }
  },

  async 'sessions, known to each other'({ one, other }) {
    const [joins, leaves] = [await listen(one, 'wamp.session.on_join'), await listen(one, 'wamp.session.on_leave')];
    const guest = await other.again();
    const identity = { session: guest.id, authid: guest.details.authid, authrole: guest.details.authrole };
    const names = Object.keys(identity);
    const joined = await joins.next(({ args: [{ session }] }) => session === guest.id);
    assert.deepEqual(details(joined.args[0], ...names), identity);
    const asked = (procedure, ...args) => answer(one, `wamp.session.${procedure}`, ...args);
    const [list] = await asked('list');
    assert.ok([one.id, other.id, guest.id].every((id) => list.includes(id)));
    const [count] = await asked('count');
    assert.ok(count >= 3);
    const [ofRole] = await asked('count', [guest.details.authrole]);
    assert.ok(ofRole >= 1 && ofRole <= count);
    assert.deepEqual(await asked('count', ['nobody has this role']), [0]);
    const [entry] = await asked('get', guest.id);
    assert.deepEqual(details(entry, ...names), identity);
    await guest.close();
    const left = await leaves.next(({ args: [session] }) => session === guest.id);
    assert.deepEqual(left.args, Object.values(identity));
    await assert.rejects(asked('get', guest.id), failsWith('wamp.error.no_such_session'));
    await Promise.all([joins.end(), leaves.end()]);
  },

  async 'registrations, known to all'(context) {
    const make = (maker, uri, options) => maker.register(uri, options, echo);
    await assertKnown(context, 'registration', make, {
      noSuch: 'no_such_registration',
      listOf: 'list_callees',
      countOf: 'count_callees',
      isOne: ['on_register', 'on_unregister'],
      more: { invoke: 'single' },
      end: async (maker, registration) => {
        await registration.end();
        await maker.close();
      },
    });
  },

  async 'subscriptions, known to all'(context) {
    const make = (maker, uri, options) => maker.subscribe(uri, options, () => {});
    await assertKnown(context, 'subscription', make, {
      noSuch: 'no_such_subscription',
      listOf: 'list_subscribers',
      countOf: 'count_subscribers',
      isOne: ['on_subscribe', 'on_unsubscribe'],
      more: {},
      end: (maker) => maker.close(),
    });
  },
};
