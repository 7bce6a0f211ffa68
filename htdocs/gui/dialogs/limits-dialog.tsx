import { For, Show } from "solid-js";
import { createStore } from "solid-js/store";
import type { OnHashes } from "../actions/dialog";
import { useApplication } from "../application";
import { daemonsOf } from "../commands/targets";
import { EditDialog, type Form } from "./edit-dialog";
import { FormRow } from "./form-row";
import { LimitRow, type Mode, NumberInput, ownLimit } from "./limit-row";
import { commonLimits, limitChanges, limitFields, type Limits } from "./limits";
import { MixedCheckbox } from "./mixed-checkbox";
import { sessionTitle } from "./session-limits";

/** What limits torrents: speed, seeding, peers, priority. Values in which they differ stay, unless chosen. */
export function LimitsDialog(props: OnHashes) {
  return (
    <EditDialog<Limits>
      name="limits"
      title="Limits"
      hashes={props.hashes}
      fields={limitFields}
      form={createLimitsForm}
    />
  );
}

const ownMode: Mode = { value: ownLimit, title: () => "Its own limit" };
const unlimitedMode: Mode = { value: 2, title: () => "Unlimited" };

const priorities = [
  { value: 1, title: "High" },
  { value: 0, title: "Normal" },
  { value: -1, title: "Low" },
];

const mostSpeed = 4_294_967;
const mostCount = 65_535;

function createLimitsForm(torrents: ReadonlyMap<string, Limits>): Form {
  const { commands, daemons } = useApplication();
  const common = commonLimits(torrents.values());
  const [chosen, setChosen] = createStore({ ...common });
  const changes = () => limitChanges(common, chosen);

  const names = daemonsOf([...torrents.keys()], Object.keys(daemons.byName));
  const ofSession = (limit: "download" | "upload" | "ratio" | "idle", unit: string) =>
    sessionTitle(
      names.map((name) => daemons.byName[name]?.settings),
      limit,
      unit,
    );
  /** Without a limit of its own, a torrent has the session's, if it honors those. */
  const withoutOwnLimit = (name: "download" | "upload"): string => {
    if (chosen.honorsSessionLimits === undefined) return "No limit of its own";
    return chosen.honorsSessionLimits ? ofSession(name, "kB/s") : "Unlimited";
  };
  // The options of a select must stay the same, or it forgets which one is chosen: only their titles change.
  const speedModes = {
    download: [{ value: 0, title: () => withoutOwnLimit("download") }, ownMode],
    upload: [{ value: 0, title: () => withoutOwnLimit("upload") }, ownMode],
  };
  const ratioModes = [{ value: 0, title: () => ofSession("ratio", "") }, ownMode, unlimitedMode];
  const idleModes = [{ value: 0, title: () => ofSession("idle", "minutes") }, ownMode, unlimitedMode];
  const speedRow = (name: "download" | "upload", label: string) => (
    <LimitRow
      name={name}
      label={label}
      unit="kB/s"
      modes={speedModes[name]}
      mode={chosen[`${name}Limited`] === undefined ? undefined : Number(chosen[`${name}Limited`])}
      number={chosen[`${name}Limit`]}
      most={mostSpeed}
      onMode={(mode) => setChosen(`${name}Limited`, mode === ownLimit)}
      onNumber={(number) => setChosen(`${name}Limit`, number)}
    />
  );

  return {
    canSave: () => Object.keys(changes()).length > 0,
    save: () => void commands.set([...torrents.keys()], changes(), "Setting limits"),
    body: (
      <>
        {speedRow("download", "Download")}
        {speedRow("upload", "Upload")}
        <MixedCheckbox
          name="honors-session-limits"
          label="The session's speed limits count too"
          value={chosen.honorsSessionLimits}
          onChange={(value) => setChosen("honorsSessionLimits", value)}
        />
        <LimitRow
          name="ratio"
          label="Seed until ratio"
          unit=""
          modes={ratioModes}
          mode={chosen.seedRatioMode}
          number={chosen.seedRatioLimit}
          most={1e6}
          step={0.01}
          onMode={(mode) => setChosen("seedRatioMode", mode as 0 | 1 | 2)}
          onNumber={(number) => setChosen("seedRatioLimit", number)}
        />
        <LimitRow
          name="idle"
          label="Seed while idle"
          unit="minutes"
          modes={idleModes}
          mode={chosen.seedIdleMode}
          number={chosen.seedIdleLimit}
          most={mostCount}
          onMode={(mode) => setChosen("seedIdleMode", mode as 0 | 1 | 2)}
          onNumber={(number) => setChosen("seedIdleLimit", number)}
        />
        <FormRow label="Most peers" for="peer-limit">
          <NumberInput
            name="peer-limit"
            number={chosen["peer-limit"]}
            least={1}
            most={mostCount}
            onNumber={(number) => setChosen("peer-limit", number)}
          />
        </FormRow>
        <FormRow label="Priority" for="bandwidth-priority">
          <select
            id="bandwidth-priority"
            name="bandwidth-priority"
            value={chosen.bandwidthPriority ?? ""}
            onChange={(event) =>
              setChosen("bandwidthPriority", Number(event.currentTarget.value) as -1 | 0 | 1)
            }
          >
            <Show when={chosen.bandwidthPriority === undefined}>
              <option value="">They differ: leave them</option>
            </Show>
            <For each={priorities}>{({ value, title }) => <option value={value}>{title}</option>}</For>
          </select>
        </FormRow>
      </>
    ),
  };
}
