// Which lines of httpd's ErrorLog are no sign of trouble.

// httpd's notices of its starts, restarts and stops: event, worker and prefork have different ones.
const life = [
  'AH00094', // command line
  'AH00489', 'AH00292', 'AH00163', // resuming normal operations
  'AH00491', 'AH00295', 'AH00169', // SIGTERM
  'AH00492', 'AH00296', 'AH00170', // SIGWINCH
  'AH00493', 'AH00297', 'AH00171', // SIGUSR1
  'AH00494', 'AH00298', 'AH00173', // SIGHUP
];
// mod_ssl was built against a newer patch level of OpenSSL than is installed here.
const machine = ['AH01882'];

const expected = [
  new RegExp(`\\] (?:${[...life, ...machine].join('|')}): `),
  /^\[[^\]]*\] \[torrent_ws:notice\] /,
  /^\[[^\]]*\] \[\w+:(?:info|debug|trace\d)\] /,
];

// While it stops, httpd's event MPM closes the sockets of its workers from its main thread (close_worker_sockets), also those
// that a worker is closing, or whose memory it is just giving back: httpd alone says this, too, when it is stopped while it
// answers. A core of such a child has its main thread in apr_os_sock_get() there, and a worker in apr_allocator_destroy().
const stopRaces = [
  '\\[mpm_event:error\\] .*\\(9\\)Bad file descriptor: (?:AH00468|AH03093): ',
  '\\[core:notice\\] .* AH0005[12]: child pid \\d+ exit signal Segmentation fault \\(11\\)',
];
export const httpdStopRace = new RegExp(stopRaces.join('|'));

// The lines that neither these rules nor the regular expressions of `allowed` expect.
export function unexpectedLines(text, allowed = []) {
  const rules = [...expected, ...allowed];
  return text.split('\n').filter((line) => line !== '' && !rules.some((rule) => rule.test(line)));
}
