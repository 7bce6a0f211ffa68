// What a page's main thread does, from a trace of Chromium's. Its milliseconds are processor time, as another program
// that has the processor meanwhile is not the page's doing.

export const categories = ['toplevel', 'devtools.timeline'];

const longTask = 50;
// What arrives closer together is one delta, and less than so many bytes is none: a sign of life, or totals.
const together = 300;
const leastDelta = 1000;

export class MainThread {
  #events;
  // Milliseconds of the trace's clock at its end, and of processor time, in order.
  #tasks;

  constructor(trace) {
    const { traceEvents } = JSON.parse(trace);
    const threads = traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map((thread) => traceEvents.filter(({ pid, tid }) => pid === thread.pid && tid === thread.tid));
    // Chromium keeps further ones ready, which do nothing.
    this.#events = threads.reduce((most, events) => (events.length > most.length ? events : most));
    this.#tasks = this.#events
      .filter(({ name, ph }) => name === 'ThreadControllerImpl::RunTask' && ph === 'X')
      .map(({ ts, dur, tdur = 0 }) => ({ end: (ts + dur) / 1000, busy: tdur / 1000 }))
      .sort((left, right) => left.end - right.end);
  }

  get busy() {
    return sum(this.#tasks.map(({ busy }) => busy));
  }

  get longTasks() {
    return this.#tasks.map(({ busy }) => busy).filter((busy) => busy >= longTask);
  }

  // Of each delta: from its arrival to the next one's.
  get deltas() {
    const arrivals = this.#events
      .filter(({ args }) => (args.data?.dataLength ?? args.data?.encodedDataLength) >= leastDelta)
      .filter(({ name }) => ['WebSocketReceive', 'ResourceReceivedData'].includes(name))
      .map(({ ts }) => ts / 1000)
      .sort((left, right) => left - right);
    return this.#between(arrivals.filter((time, at) => at === 0 || time - arrivals[at - 1] > together));
  }

  // Of each frame: from its begin to the next one's.
  get frames() {
    const begins = this.#events
      .filter(({ name, ph }) => name === 'AnimationFrame' && ph === 'b')
      .map(({ ts }) => ts / 1000);
    return this.#between(begins.sort((left, right) => left - right));
  }

  // A task belongs to what begins during it.
  #between(times) {
    const sums = times.slice(1).map(() => 0);
    let at = -1;
    for (const { end, busy } of this.#tasks) {
      while (at + 1 < times.length && times[at + 1] <= end) at += 1;
      if (at >= 0 && at < sums.length) sums[at] += busy;
    }
    return sums;
  }
}

export function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}

// The part of the values' order below which `share` of them lie.
export function quantile(values, share) {
  return [...values].sort((left, right) => left - right)[Math.floor((values.length - 1) * share)];
}
