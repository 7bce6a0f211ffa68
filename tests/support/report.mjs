// Figures on standard output, and which of them are out of their bounds.

const written = (value) =>
  Number.isInteger(value) || Math.abs(value) >= 1000 ? value.toFixed() : value.toPrecision(3);

export class Report {
  #failures = [];

  section(title) {
    console.log(`\n${title}`);
  }

  // One figure; atLeast and atMost make it a check.
  figure(name, value, unit = '', { atLeast = -Infinity, atMost = Infinity } = {}) {
    const fails = !(value >= atLeast && value <= atMost);
    const number = written(value);
    const bounds = [
      ...(atLeast > -Infinity ? [`at least ${written(atLeast)}`] : []),
      ...(atMost < Infinity ? [`at most ${written(atMost)}`] : []),
    ].join(', ');
    const check = bounds && `${fails ? 'FAILS' : 'ok'}: ${bounds}`;
    console.log(`  ${name.padEnd(62)} ${number.padStart(9)} ${unit.padEnd(6)} ${check}`.trimEnd());
    if (fails) this.#failures.push(`${name}: ${number} ${unit}, not ${bounds}`);
  }

  // Sets the exit status.
  conclude() {
    if (this.#failures.length > 0) {
      console.log(`\nout of bounds:\n${this.#failures.map((line) => `  ${line}\n`).join('')}`);
      process.exitCode = 1;
    }
  }
}
