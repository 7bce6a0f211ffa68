import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { Application } from "../application";
import { describeFailure } from "../commands/failure";
import { keyOf } from "../commands/targets";
import { createFileChoices, type NewFileChoices } from "../files/file-choices";
import { type FileEntry, isTooDeep } from "../files/tree";
import { type DetailEvent, Status } from "../protocol";
import { type AddOptions, argumentsOf } from "./options";
import { titleOf } from "./sources";

const stopMilliseconds = 1_000;

/** A magnet link's torrent that is added for its list of files, and is downloaded when they are chosen. */
export interface Magnet {
  name: Accessor<string>;
  /** What is known of it so far; undefined before it is added. */
  detail: Accessor<DetailEvent | undefined>;
  /** Its files, when they are known. */
  content: Accessor<{ files: readonly FileEntry[]; choices: NewFileChoices } | undefined>;
  /** What went wrong, for people. */
  failure: Accessor<string | undefined>;
  /** Takes the files that are chosen, or all while they are not known. True: that is done. */
  keep(): Promise<boolean>;
}

/**
 * Adds the link in the daemon and follows its torrent for as long as the calling component lives. What was
 * not kept by then is removed. `skip`: there is nothing to choose, as the torrent was there before.
 */
export function createMagnet(
  {
    commands,
    connection,
    daemons,
    notices,
  }: Pick<Application, "commands" | "connection" | "daemons" | "notices">,
  link: string,
  options: AddOptions,
  skip: () => void,
): Magnet {
  const title = titleOf({ link });
  const [key, setKey] = createSignal<string>();
  const [detail, setDetail] = createSignal<DetailEvent>();
  const [failure, setFailure] = createSignal<string>();
  /** Nothing more is to be done, but to remove what is not kept. */
  let isLeft = false;
  let isKept = false;

  /** At once: nobody has seen it in the list that would want it back. */
  const remove = async (name: string) => {
    const action = `Removing ${title}`;
    try {
      await commands.run("torrent.remove", { ids: [name], "delete-local-data": true }, action);
    } catch (error) {
      notices.error(describeFailure(action, error));
    }
  };

  const begin = async () => {
    const action = `Adding ${title}`;
    try {
      const kwargs = { filename: link, ...argumentsOf(options), paused: true };
      const { "torrent-added": added } = await commands.run("torrent.add", kwargs, action);
      if (!added) {
        notices.done(`“${title}” was in the list before`);
        return isLeft ? undefined : skip();
      }
      const [only] = Object.keys(daemons.byName);
      const name = keyOf(options.daemon ?? only ?? "", added.hashString, options.daemon !== undefined);
      if (isLeft) return void remove(name);
      setKey(name);
      // Past the queue, in which it would have no metadata.
      await commands.startNow([name]);
    } catch (error) {
      setFailure(describeFailure(action, error));
    }
  };

  createEffect(() => {
    const session = connection.session();
    const name = key();
    if (!session || name === undefined) return;
    const subscribed = session.subscribe<DetailEvent>(`torrents.detail.${name}`, (event) =>
      setDetail((before) => (event.snapshot ? event : { ...before, ...event })),
    );
    subscribed.catch((error: unknown) => {
      if (connection.session() === session) setFailure(describeFailure(`Following ${title}`, error));
    });
    onCleanup(() => {
      subscribed.then(
        (subscription) => subscription.end(),
        () => undefined,
      );
    });
  });

  // Another session tells the same again, which must not take back what was chosen.
  const files = createMemo(
    () => (detail()?.metadataPercentComplete === 1 ? detail()!.files : undefined),
    undefined,
    { equals: (left, right) => left === right || JSON.stringify(left) === JSON.stringify(right) },
  );
  const named = createMemo(() => {
    const list = files()?.map(({ name, length }) => ({ path: name, length }));
    return list && list.length > 0 ? list : undefined;
  });
  const isUnfit = () => named()?.some(isTooDeep) === true;
  const content = createMemo(() =>
    named() && !isUnfit() ? { files: named()!, choices: createFileChoices(named()!) } : undefined,
  );
  let isStopping = false;
  const stop = async () => {
    if (isKept || isStopping || !connection.session() || detail()?.status === Status.stopped) return;
    isStopping = true;
    await commands.stop([key()!]);
    isStopping = false;
  };
  createEffect(
    on(named, (known) => {
      if (!known) return;
      void stop();
      // The daemon verifies what it has just learned of, and starts it then although it was stopped.
      const timer = setInterval(() => void stop(), stopMilliseconds);
      onCleanup(() => clearInterval(timer));
    }),
  );
  createEffect(() => {
    if (detail()?.gone) setFailure("It is not in the list any more.");
    if (isUnfit()) setFailure("A file in it is in too many folders to choose of them.");
  });
  const leave = () => {
    if (isLeft) return;
    isLeft = true;
    if (!isKept && key() !== undefined) void remove(key()!);
  };
  // Nothing is cleaned up when the page goes. Captured, as the commands that cannot be sent any more are kept for
  // the next page by another listener.
  window.addEventListener("pagehide", leave, { capture: true });
  onCleanup(() => {
    window.removeEventListener("pagehide", leave, { capture: true });
    leave();
  });

  const keep = async () => {
    const name = key();
    if (name === undefined) return false;
    isKept = true;
    try {
      const chosen = content()?.choices.arguments() ?? {};
      if (Object.keys(chosen).length > 0) {
        await commands.run("torrent.set", { ids: [name], ...chosen }, "Choosing files");
      }
      if (options.isStarting) void commands.start([name]);
      else if (!content()) void commands.stop([name]);
      return true;
    } catch (error) {
      isKept = false;
      setFailure(describeFailure(`Choosing files of ${title}`, error));
      return false;
    }
  };

  void begin();
  return { name: () => detail()?.name ?? title, detail, content, failure, keep };
}
