/**
 * Holds protocol.ts against docs/schemas, whose types `npm run check` writes: what does not fit is an error of
 * tsc that names the member. A new type of an event needs a line in `Checks`, a procedure none.
 *
 * Whether a member is always there is not looked at in what the server sends: that depends on what was asked for.
 */
import type { Schemas } from "../../build/generated/schemas";
import type {
  CommandsEvent,
  DetailEvent,
  PreferencesEvent,
  Procedures,
  SessionEvent,
  TorrentsEvent,
  WindowEvent,
} from "./protocol";

type Events = Schemas["events"];

export type Checks = [
  None<Faults<"received", TorrentsEvent, Events["torrents"], "torrents">>,
  None<Faults<"received", WindowEvent, Events["torrents.window"], "torrents.window">>,
  None<Faults<"received", SessionEvent, Events["session"], "session">>,
  None<Faults<"received", CommandsEvent, Events["torrents.commands"], "torrents.commands">>,
  None<Faults<"received", DetailEvent, Events["torrents.detail"], "torrents.detail">>,
  None<Faults<"received", PreferencesEvent, Events["preferences"], "preferences">>,
  None<ProcedureFaults>,
];

type None<Found extends never> = Found;

type ProcedureFaults = {
  [Name in keyof Procedures]: Name extends keyof Schemas["procedures"]
    ? | Faults<
          "sent",
          Procedures[Name]["arguments"],
          Schemas["procedures"][Name]["arguments"],
          `${Name} arguments`
        >
      | Faults<
          "received",
          Procedures[Name]["result"],
          Schemas["procedures"][Name]["result"],
          `${Name} result`
        >
    : Name;
}[keyof Procedures];

/** Where our type and the schema's differ. `unknown` fits everything. */
type Faults<Way extends "sent" | "received", Ours, Theirs, Place extends string> = unknown extends Ours
  ? never
  : unknown extends Theirs
    ? never
    : | ValueFaults<Way, Values<Ours>, Values<Theirs>, Place>
      | ObjectFaults<Way, Extract<Ours, object>, Extract<Theirs, object>, Place>;

type Values<Type> = Extract<Type, string | number | boolean | null>;

/** What is sent may be any text where the schema lists some: our lists of names are typed elsewhere. */
type ValueFaults<Way, Ours, Theirs, Place> = Way extends "sent"
  ? [Ours] extends [Theirs | (Theirs extends string ? string : never)]
    ? never
    : Place
  : [Theirs] extends [Ours]
    ? never
    : Place;

type ObjectFaults<Way extends "sent" | "received", Ours, Theirs, Place extends string> = [Ours] extends [
  never,
]
  ? Way extends "received"
    ? [Theirs] extends [never]
      ? never
      : Place
    : never
  : Ours extends readonly (infer Element)[]
    ? ListFaults<Way, Element, Extract<Theirs, readonly unknown[]>, Place>
    : MemberFaults<Way, Ours, Exclude<Theirs, readonly unknown[]>, Place>;

type ListFaults<
  Way extends "sent" | "received",
  Element,
  Lists extends readonly unknown[],
  Place extends string,
> = [Lists] extends [never] ? Place : Faults<Way, Element, Lists[number], `${Place}[]`>;

type MemberFaults<Way extends "sent" | "received", Ours, Theirs, Place extends string> = [Theirs] extends [
  never,
]
  ? Place
  : | {
        [Name in keyof Ours & string]-?: Name extends NameOf<Theirs>
          ? Faults<Way, Ours[Name], MemberOf<Theirs, Name>, Member<Place, Name>>
          : Member<Place, Name>;
      }[keyof Ours & string]
    | (Way extends "sent" ? Member<Place, Exclude<Required<Theirs>, Required<Ours>>> : never);

type NameOf<Type> = Type extends unknown ? keyof Type : never;

type MemberOf<Type, Name> = Type extends unknown ? (Name extends keyof Type ? Type[Name] : never) : never;

type Required<Type> = {
  [Name in keyof Type]-?: object extends Pick<Type, Name> ? never : Name;
}[keyof Type];

type Member<Place extends string, Name> = Name extends string
  ? `${Place}.${string extends Name ? "*" : Name}`
  : never;
