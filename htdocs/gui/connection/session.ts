import { Errors, Wampy } from "wampy";
import type { Procedures, SessionEvent, TorrentsEvent } from "../protocol";
import type { Access } from "./access";

export interface TopicHandlers {
  torrents: (event: TorrentsEvent) => void;
  /** What the page has already, so that only what came since is sent. Undefined: nothing that is whole. */
  revision: () => number | undefined;
  session: (event: SessionEvent) => void;
}

/** A call that was answered by an error, or not answered before the connection ended. */
export class CallFailure extends Error {
  static readonly connectionLost = "connection_lost";

  constructor(
    /** The WAMP error URI; `connectionLost` when there was no answer. */
    readonly uri: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * One WAMP session on one WebSocket, signed in and subscribed. It is never reopened, since the next one needs
 * a token of its own; Wampy's reconnecting is off for that reason.
 */
export class Session {
  /** Resolves when the session has ended, whoever ended it. */
  readonly ended: Promise<void>;
  #resolveEnded!: () => void;
  #isOpen = true;
  #heardAt = Date.now();
  #client: Wampy;

  private constructor(access: Access) {
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#client = new Wampy(access.url, {
      realm: access.realm,
      authid: access.userId,
      authmethods: ["ticket"],
      onChallenge: () => access.token,
      autoReconnect: false,
      onClose: () => this.#end(),
    });
  }

  /** Connects, signs in and subscribes. Events may come before the promise resolves. */
  static async open(access: Access, handlers: TopicHandlers, timeoutMilliseconds: number): Promise<Session> {
    const session = new Session(access);
    const timeout = setTimeout(() => session.close(), timeoutMilliseconds);
    const ended = session.ended.then(() => Promise.reject(new Error("No connection")));
    try {
      await Promise.race([session.#enter(handlers), ended]);
      return session;
    } catch (error) {
      session.close();
      throw new Error(describe(error));
    } finally {
      clearTimeout(timeout);
    }
  }

  async #enter(handlers: TopicHandlers): Promise<void> {
    await this.#client.connect();
    await Promise.all([
      this.#subscribe("torrents", handlers.torrents, { _format: "table", _revision: handlers.revision() }),
      this.#subscribe("session", handlers.session),
    ]);
  }

  #subscribe<Event>(topic: string, handler: (event: Event) => void, options?: Record<string, unknown>) {
    const receive = ({ argsDict }: { argsDict?: Record<string, unknown> }) => {
      if (!this.#isOpen) return;
      this.#heardAt = Date.now();
      handler(argsDict as Event);
    };
    return this.#client.subscribe(topic, receive, options);
  }

  /** Rejects with a CallFailure. */
  async call<Name extends keyof Procedures>(
    procedure: Name,
    kwargs: Procedures[Name]["arguments"],
  ): Promise<Procedures[Name]["result"]> {
    const lost = this.ended.then(() =>
      Promise.reject(
        new CallFailure(CallFailure.connectionLost, "The connection was lost before the answer"),
      ),
    );
    try {
      const result = await Promise.race([this.#client.call(procedure, { argsDict: kwargs }), lost]);
      this.#heardAt = Date.now();
      return result.argsDict ?? {};
    } catch (error) {
      if (error instanceof Errors.CallError) throw new CallFailure(error.errorUri, describe(error));
      return lost;
    }
  }

  /**
   * Ends the session unless the server answers in time: after sleep or a change of network the browser does
   * not notice by itself that a connection is dead. Any answer will do, an error too.
   */
  async probe(timeoutMilliseconds: number): Promise<void> {
    const timeout = setTimeout(() => this.close(), timeoutMilliseconds);
    this.#heardAt = Date.now();
    await this.#client.call("wamp.session.count").catch(() => undefined);
    clearTimeout(timeout);
  }

  /** Since the last event, answer or probe. */
  get silentMilliseconds(): number {
    return Date.now() - this.#heardAt;
  }

  /** Ends the session at once, without waiting for a dead connection's closing handshake. */
  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#client.abort();
  }

  #end(): void {
    this.#isOpen = false;
    this.#resolveEnded();
  }
}

/** The server's own words where there are any. */
function describe(error: unknown): string {
  if (error instanceof Errors.AbortError) return String(error.details.message ?? error.errorUri);
  if (error instanceof Errors.SubscribeError || error instanceof Errors.CallError) {
    return String(error.argsList?.[0] ?? error.errorUri);
  }
  return error instanceof Error ? error.message : String(error);
}
