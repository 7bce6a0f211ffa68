import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createOutbox, type Waiting } from "./outbox";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create() {
  let isReady = true;
  const sent: number[] = [];
  const outbox = createOutbox((daemon) => isReady && daemon !== "down");
  const make = (order: number, further: Partial<Waiting> = {}): Waiting => ({
    order,
    daemon: undefined,
    hashes: [],
    isHeld: false,
    overtaken: () => {},
    send: async () => {
      sent.push(order);
      return "ended";
    },
    ...further,
  });
  return { outbox, sent, make, setReady: (value: boolean) => (isReady = value) };
}

test("calls go in their order, once, when there is a connection", () => {
  const { outbox, sent, make, setReady } = create();
  setReady(false);
  [2, 1, 3].forEach((order) => outbox.push(make(order)));
  expect(sent).toEqual([]);
  setReady(true);
  outbox.advance();
  outbox.advance();
  expect(sent).toEqual([1, 2, 3]);
});

test("a daemon that is down holds up its own calls alone, and one that is held nobody", () => {
  const { outbox, sent, make } = create();
  const held = make(2, { isHeld: true });
  [make(1, { daemon: "down" }), held, make(3)].forEach(outbox.push);
  expect(sent).toEqual([3]);
  held.isHeld = false;
  outbox.advance();
  expect(sent).toEqual([3, 2]);
});

test("what cannot be begun with now comes back to its place after a while", async () => {
  const { outbox, sent, make } = create();
  let answer: "ended" | "not now" = "not now";
  const send = (order: number) => async () => {
    sent.push(order);
    return answer;
  };
  [1, 2].forEach((order) => outbox.push(make(order, { send: send(order) })));
  await vi.advanceTimersByTimeAsync(100);
  outbox.push(make(3));
  expect(sent).toEqual([1, 2]);
  answer = "ended";
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([1, 2, 1, 2, 3]);
});

test("what comes back is not sent after a later call for the same torrents", async () => {
  const { outbox, sent, make } = create();
  const overtaken: number[] = [];
  const isFirst = (order: number) => sent.filter((other) => other === order).length === 1;
  const push = (order: number, hashes: string[], answer: "ended" | "not now") =>
    outbox.push(
      make(order, {
        hashes,
        send: async () => {
          sent.push(order);
          return isFirst(order) ? answer : "ended";
        },
        overtaken: () => overtaken.push(order),
      }),
    );
  push(1, ["a", "b"], "not now");
  push(2, ["c"], "not now");
  push(3, ["b"], "ended");
  await vi.advanceTimersByTimeAsync(1_000);
  expect([sent, overtaken]).toEqual([[1, 2, 3, 2], [1]]);
});

test("no more are under way than the server takes", async () => {
  const { outbox, sent, make } = create();
  for (let order = 1; order <= 150; order++) outbox.push(make(order));
  expect(sent).toHaveLength(100);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toHaveLength(150);
});

test("sending one may make others be sent, and none twice", () => {
  const { outbox, sent, make, setReady } = create();
  setReady(false);
  const send = async () => {
    sent.push(1);
    outbox.advance();
    return "ended" as const;
  };
  [make(1, { send }), make(2), make(3)].forEach(outbox.push);
  setReady(true);
  outbox.advance();
  expect(sent).toEqual([1, 2, 3]);
});
