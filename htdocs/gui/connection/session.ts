import { Errors, Wampy } from "wampy";
import type { Procedures } from "../protocol";
import type { Access } from "./access";

export interface Subscription {
  /** No more events come from now on. */
  end(): void;
}

/** A call or subscription that was answered by an error, or not answered before the connection ended. */
export class CallFailure extends Error {
  static readonly connectionLost = "connection_lost";
  /** It was not sent. */
  static readonly notConnected = "not_connected";
  /** The user took it back before it was sent. */
  static readonly canceled = "canceled";

  constructor(
    /** The WAMP error URI, or one of the above. */
    readonly uri: string,
    message: string,
  ) {
    super(message);
  }
}

export function notConnected(): CallFailure {
  return new CallFailure(CallFailure.notConnected, "There is no connection to the server");
}

function connectionLost(): CallFailure {
  return new CallFailure(CallFailure.connectionLost, "The connection was lost before the answer");
}

/**
 * One WAMP session on one WebSocket, signed in. It is never reopened, since the next one needs a token of its
 * own; Wampy's reconnecting is off for that reason.
 */
export class Session {
  /** Resolves when the session has ended, whoever ended it, with the reason for people. */
  readonly ended: Promise<string>;
  #resolveEnded!: (reason: string) => void;
  /** Each rejects what waits for an answer. */
  readonly #rejecters = new Set<(failure: CallFailure) => void>();
  #isOpen = true;
  #heardAt = Date.now();
  #probedAt = 0;
  #user: string | undefined;
  #client: Client;

  private constructor(access: Access) {
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#client = new Client(access.url, {
      realm: access.realm,
      ...signIn(access),
      autoReconnect: false,
      onClose: () => this.#end(),
    });
  }

  /** Connects, signs in and lets `enter` subscribe, until the signal. Events may come before the promise resolves. */
  static async open(
    access: Access,
    enter: (session: Session) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<Session> {
    const session = new Session(access);
    const close = () => session.close();
    signal.addEventListener("abort", close);
    const ended = session.ended.then(() => Promise.reject(new Error("No connection")));
    try {
      const welcomed = session.#client.connect().then(({ authid }) => {
        session.#heardAt = Date.now();
        session.#user = String(authid);
        return enter(session);
      });
      await Promise.race([welcomed, ended]);
      return session;
    } catch (error) {
      session.close();
      throw new Error(describe(error));
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  /** Rejects with a CallFailure. */
  async subscribe<Event>(
    topic: string,
    handler: (event: Event) => void,
    options?: Record<string, unknown>,
  ): Promise<Subscription> {
    let isWanted = true;
    const receive = ({ argsDict }: { argsDict?: Record<string, unknown> }) => {
      if (!this.#isOpen || !isWanted) return;
      this.#heardAt = Date.now();
      handler(argsDict as Event);
    };
    const { subscriptionId } = await this.#answer(this.#client.subscribe(topic, receive, options));
    return {
      end: () => {
        if (!this.#isOpen || !isWanted) return;
        isWanted = false;
        // Fails only when the session ends.
        this.#client.unsubscribe(subscriptionId).catch(() => undefined);
      },
    };
  }

  /** Rejects with a CallFailure. `told`: takes what the server says while the answer is not there. */
  async call<Name extends keyof Procedures>(
    procedure: Name,
    kwargs: Procedures[Name]["arguments"],
    told?: (progress: object) => void,
  ): Promise<Procedures[Name]["result"]> {
    if (!this.#isOpen) throw notConnected();
    const options = told && {
      progress_callback: ({ argsDict }: { argsDict?: object }) => {
        this.#heardAt = Date.now();
        told(argsDict ?? {});
      },
    };
    const result = await this.#answer(this.#client.call(procedure, { argsDict: kwargs }, options));
    return result.argsDict ?? {};
  }

  /** The answer to what was asked; rejects with a CallFailure. */
  async #answer<Answer>(asked: Promise<Answer>): Promise<Answer> {
    let reject!: (failure: CallFailure) => void;
    const lost = new Promise<never>((_resolve, rejectLost) => (reject = rejectLost));
    if (this.#isOpen) this.#rejecters.add(reject);
    else reject(connectionLost());
    try {
      const answer = await Promise.race([asked, lost]);
      this.#heardAt = Date.now();
      return answer;
    } catch (error) {
      if (error instanceof Errors.CallError || error instanceof Errors.SubscribeError) {
        this.#heardAt = Date.now();
        throw new CallFailure(error.errorUri, describe(error));
      }
      return await lost;
    } finally {
      // Or the session would keep all answers for as long as it lasts.
      this.#rejecters.delete(reject);
    }
  }

  /**
   * Ends the session unless the server answers in time: after sleep or a change of network the browser does
   * not notice by itself that a connection is dead. Any answer will do, an error too.
   */
  async probe(timeoutMilliseconds: number): Promise<void> {
    const timeout = setTimeout(() => this.close(), timeoutMilliseconds);
    this.#probedAt = Date.now();
    await this.#answer(this.#client.call("wamp.session.count")).catch(() => undefined);
    clearTimeout(timeout);
  }

  /** Undefined before the server said who that is. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Milliseconds of the epoch: of the last event or answer. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Since the last event, answer or probe. */
  get silentMilliseconds(): number {
    return Date.now() - Math.max(this.#heardAt, this.#probedAt);
  }

  /** Ends the session at once, without waiting for a dead connection's closing handshake. */
  close(reason?: string): void {
    if (!this.#isOpen) return;
    this.#end(reason);
    this.#client.abort();
  }

  #end(reason = "The connection was lost"): void {
    this.#isOpen = false;
    this.#resolveEnded(reason);
    this.#rejecters.forEach((reject) => reject(connectionLost()));
  }
}

/** A ticket; or nothing but the site's own login, which came with the WebSocket's upgrade. */
function signIn({ ticket }: Access): object {
  if (!ticket) return { helloCustomDetails: { authmethods: ["httpd", "cookie"] } };
  return { authid: ticket.userId, authmethods: ["ticket"], onChallenge: () => ticket.token };
}

/** Wampy 8.0 forgets a subscription's options as it unsubscribes, and then does not find what has ended. */
class Client extends Wampy {
  override unsubscribe(...[id, handler]: Parameters<Wampy["unsubscribe"]>) {
    const { _subscriptionsById: subscriptions, _requests: requests } = this as unknown as {
      _subscriptionsById: Map<unknown, { advancedOptions?: object }>;
      _requests: Record<number, { advancedOptions?: object }>;
    };
    const options = subscriptions.get(id)?.advancedOptions;
    const answer = super.unsubscribe(id, handler);
    const request = requests[this.getOpStatus().reqId ?? 0];
    if (request) request.advancedOptions = options;
    return answer;
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
