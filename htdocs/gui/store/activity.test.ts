import { expect, test } from "vitest";
import { Status, type Torrent } from "../protocol";
import { activityOf, activityTitles, problemOf, progressOf } from "./activity";

function torrent(changes: Partial<Torrent>): Torrent {
  return {
    status: 0,
    error: 0,
    errorString: "",
    percentDone: 0.5,
    recheckProgress: 0.25,
    metadataPercentComplete: 1,
    isStalled: false,
    isFinished: false,
    ...changes,
  } as Torrent;
}

test("every status of Transmission has a title of its own", () => {
  const titles = Object.values(Status).map((status) => activityTitles[activityOf(torrent({ status }))]);
  expect(titles).toHaveLength(7);
  expect(new Set(titles).size).toBe(7);
});

test("a status that is not known is not taken for another", () => {
  expect(activityOf(torrent({ status: 7 }))).toBe("unknown");
});

test("stalled, without metadata and finished are told apart", () => {
  expect(activityOf(torrent({ status: Status.downloading, isStalled: true }))).toBe("stalled");
  expect(activityOf(torrent({ status: Status.downloading, metadataPercentComplete: 0.4 }))).toBe("metadata");
  expect(activityOf(torrent({ status: Status.stopped, isFinished: true }))).toBe("finished");
});

test("progress is that of what the torrent is doing", () => {
  expect(progressOf(torrent({ status: Status.verifying }))).toBe(0.25);
  expect(progressOf(torrent({ status: Status.downloading, metadataPercentComplete: 0.4 }))).toBe(0.4);
  expect(progressOf(torrent({ status: Status.stopped }))).toBe(0.5);
});

test("a problem is told in the daemon's words", () => {
  expect(problemOf(torrent({}))).toBe("");
  expect(problemOf(torrent({ error: 1, errorString: "slow down" }))).toBe("Tracker warning: slow down");
  expect(problemOf(torrent({ error: 2, errorString: "gone" }))).toBe("Tracker error: gone");
  expect(problemOf(torrent({ error: 3, errorString: "No data found!" }))).toBe("Error: No data found!");
  expect(problemOf(torrent({ error: 3, errorString: "" }))).toBe("Error");
});
