// The guards: `from` in `file` becomes `to`, and the test that has to see it. test: a file below tests/, or
// unit:PROGRAM with a name GROUP.TEST. A name is a regular expression, which one of the tests has to match.

const handover = 'mod_torrent_ws/apache/connection_handover.cpp';
const takeover = 'mod_torrent_ws/apache/tls_takeover.cpp';
const relayLoop = 'mod_torrent_ws/apache/tls_relay_loop.cpp';
const pump = 'mod_torrent_ws/apache/tls_pump.cpp';
const relayProcess = 'mod_torrent_ws/apache/relay_process.cpp';
const upgrade = 'mod_torrent_ws/apache/upgrade.cpp';
const main = 'mod_torrent_ws/loop/main.cpp';

export const mutants = [
  // Before the handover
  {
    guard: 'a body is no frames',
    file: upgrade,
    from: 'if (has_body(request) || !is_key',
    to: 'if (!is_key',
    test: 'httpd/handshake.test.mjs',
    name: 'a body gets 400',
  },
  {
    guard: "other sites' pages are refused",
    file: upgrade,
    from: 'if (!is_origin_allowed(request)) {',
    to: 'if (false) {',
    test: 'httpd/handshake.test.mjs',
    name: 'may be no other one',
  },
  {
    guard: '.htaccess opens nothing',
    file: 'mod_torrent_ws/apache/directives.cpp',
    from: 'if (opened != nullptr && std::strcmp(opened, request->handler) == 0) {',
    to: 'if (opened == nullptr || opened != nullptr) {',
    test: 'httpd/htaccess.test.mjs',
    name: 'nothing comes of it',
  },
  {
    guard: '.htaccess does not speak for the server',
    file: 'mod_torrent_ws/apache/directives.cpp',
    from: 'if (ap_check_cmd_context(cmd, NOT_IN_HTACCESS) == nullptr) {',
    to: 'if (cmd != nullptr) {',
    test: 'httpd/htaccess.test.mjs',
    name: 'nothing comes of it',
  },
  {
    guard: 'unknown filters are relayed through',
    file: handover,
    from: 'if (const char* name = unknown_filter(chain)) {',
    to: 'if (const char* name = nullptr; chain == nullptr) {',
    test: 'httpd/blocking-relay.test.mjs',
    name: 'places are bounded',
  },

  // Taking what httpd has
  {
    guard: 'what the filters have read is taken',
    file: handover,
    from: 'if (auto status = drain_filters(connection, from_filters); !status) {',
    to: 'if (auto status = Status(Done{}); !status) {',
    test: 'httpd/tls-records.test.mjs',
    name: 'a frame in the record of the request is taken',
  },
  {
    guard: 'what the core has read is taken',
    file: handover,
    from: 'return drain_core(connection, from_core);',
    to: 'return Done{};',
    test: 'httpd/tls-records.test.mjs',
    name: 'so are more records than httpd takes up at once',
  },
  {
    guard: 'ciphertext below mod_ssl is decrypted',
    file: takeover,
    from: 'decrypt_rest(ssl, client_.get(), std::move(memory_), ciphertext, plaintext);',
    to: 'decrypt_rest(ssl, client_.get(), std::move(memory_), ciphertext.substr(0, 0), plaintext);',
    test: 'httpd/tls-records.test.mjs',
    name: 'so are more records than httpd takes up at once',
  },
  {
    guard: 'httpd lets go',
    file: handover,
    from: '  let_go(request);\n  return OK;',
    to: '  return OK;',
    test: 'httpd/handshake.test.mjs',
    name: 'the answer to a proper upgrade',
  },

  // The SSL after mod_ssl
  {
    guard: 'mod_ssl says no good-bye',
    file: takeover,
    from: '  SSL_set_quiet_shutdown(ssl, 1);\n',
    to: '',
    test: 'httpd/tls.test.mjs',
    name: 'becomes a WebSocket',
  },
  {
    guard: "mod_ssl's context is left",
    file: relayLoop,
    from: '  SSL_set_SSL_CTX(connection.ssl.get(), bare_context_.get());\n',
    to: '',
    test: 'httpd/tls.test.mjs',
    name: 'key updates with SSLKEYLOGFILE',
  },
  {
    guard: "a relay process leaves httpd's session cache alone",
    file: relayLoop,
    from: '    relayed->pump.detach_session_cache();\n',
    to: '',
    test: 'httpd/tls.test.mjs',
    name: "leaves httpd's cache of sessions alone",
  },

  // The relay
  {
    guard: "a client's farewell reaches the plain side",
    file: pump,
    from: '    shutdown(connection_.plain.get(), SHUT_WR);\n',
    to: '',
    test: 'unit:unit-tests',
    name: 'TlsRelay.ClientsFarewellReachesThePlainSide',
  },
  {
    guard: 'a farewell may not take for ever',
    file: relayLoop,
    from: '  if (relayed.pump.is_leaving()) {\n    begin_lingering(relayed);\n  }\n',
    to: '',
    test: 'httpd/tls-records.test.mjs',
    name: 'is let go',
  },
  {
    guard: 'a new process has an epoll of its own',
    file: relayLoop,
    from: '  stopping_ = false;\n  make_descriptors();\n',
    to: '  stopping_ = false;\n',
    test: 'unit:unit-tests',
    name: 'TlsRelay.AForkedProcessHasAnEpollOfItsOwn',
  },
  {
    guard: 'children that leave fork a relay process',
    file: relayProcess,
    from: '  switch (fork()) {',
    to: '  switch (1) {',
    test: 'httpd/handover.test.mjs',
    // The second one goes on with the connections of the first.
    name: 'outlive the children that took them|graceful restarts drop none of them',
  },
  {
    guard: 'children wait for the farewell of a stop',
    file: relayProcess,
    from: '    relay_.finish(kGoodbyeTime);\n',
    to: '',
    test: 'httpd/lifecycle.test.mjs',
    name: 'tells the clients, and leaves no process',
  },
  {
    guard: 'relays have a lifetime',
    file: relayProcess,
    from: '  loop.limit_lifetime(std::chrono::milliseconds(state.configuration.relay_lifetime_ms));\n',
    to: '',
    test: 'httpd/handover.test.mjs',
    name: 'TorrentWsRelayLifetime bounds',
  },
  {
    guard: 'blocking relays are bounded',
    file: 'mod_torrent_ws/loop/websocket_server.cpp',
    from: 'if (handover.blocking && counts_.blocking >= limits_.max_blocking_relays) {',
    to: 'if (handover.blocking && counts_.blocking > limits_.max_connections) {',
    test: 'httpd/blocking-relay.test.mjs',
    name: 'places are bounded',
  },

  // Privileges
  {
    guard: 'the TLS descriptors are closed at exec',
    file: takeover,
    from: 'fcntl(client_socket, F_DUPFD_CLOEXEC, 0)',
    to: 'fcntl(client_socket, F_DUPFD, 0)',
    test: 'httpd/relay-resources.test.mjs',
    name: 'a CGI script inherits no descriptor',
  },
  {
    guard: 'the handover socket is closed at exec',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: 'if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {',
    to: 'if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair.data()) != 0) {',
    test: 'httpd/relay-resources.test.mjs',
    name: 'a CGI script inherits no descriptor',
  },
  {
    guard: 'forks cannot read what is for torrent-ws',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: '  pthread_atfork(nullptr, nullptr, close_in_fork);\n',
    to: '  static_cast<void>(close_in_fork);\n',
    test: 'httpd/privileges.test.mjs',
    name: 'can read what is meant for torrent-ws|may look into them',
  },
  {
    guard: 'only httpd hands over',
    file: 'mod_torrent_ws/loop/event_loop.cpp',
    from: 'if (message.sender_user != getuid()) {',
    to: 'if (message.sender == 0) {',
    test: 'httpd/privileges.test.mjs',
    name: 'forges no user',
  },
  {
    guard: 'nobody looks into torrent-ws',
    file: main,
    from: '  prctl(PR_SET_DUMPABLE, 0);\n',
    to: '',
    test: 'httpd/privileges.test.mjs',
    name: 'nobody of the same user may look into them',
  },
  {
    guard: 'nobody looks into relay processes',
    file: relayProcess,
    from: '  prctl(PR_SET_DUMPABLE, 0);\n',
    to: '  prctl(PR_SET_DUMPABLE, 1);\n',
    test: 'httpd/privileges.test.mjs',
    name: 'nobody of the same user may look into them',
  },

  // Supervision
  {
    guard: 'a stopped torrent-ws goes on',
    file: 'mod_torrent_ws/loop/pulse.cpp',
    from: '      timer_settime(timer, 0, &times, nullptr);\n',
    to: '',
    test: 'httpd/supervision.test.mjs',
    name: 'a stopped torrent-ws goes on',
  },
  {
    guard: 'a hanging event loop is ended',
    file: main,
    from: '      check_event_loop();\n',
    to: '',
    test: 'httpd/event-loop-hang.test.mjs',
    name: 'clients are let in again',
  },
  {
    guard: 'torrent-ws leaves when its lease is over',
    file: main,
    from: '    lease_end_ = Clock::now() + kLease;\n',
    to: '',
    test: 'httpd/lifecycle.test.mjs',
    name: 'without the module ends torrent-ws',
  },
  {
    guard: 'a torrent-ws that died is started again',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: 'if (state != nullptr && state->pid == 0 && ap_state_query(',
    to: 'if (state != nullptr && state->pid < 0 && ap_state_query(',
    test: 'httpd/supervision.test.mjs',
    name: 'a killed torrent-ws is replaced',
  },
  {
    guard: 'what is down is refused at once',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: '  state.shared->up.store(0);\n',
    to: '',
    test: 'httpd/supervision.test.mjs',
    name: 'upgrades get 503 at once',
  },
  {
    guard: 'httpd can unload the module',
    file: 'mod_torrent_ws/apache/module.map',
    from: '  local: *;\n',
    to: '',
    test: 'httpd/upgrade.test.mjs',
    name: 'a new version serves new clients',
  },
  {
    guard: 'clients of an old version leave one after the other',
    file: main,
    from: 'leave(CloseCode::kServiceRestart, kDrain);',
    to: 'leave(CloseCode::kServiceRestart, {});',
    test: 'httpd/upgrade.test.mjs',
    name: 'a new version serves new clients',
  },

  // What it says of itself
  {
    guard: 'a loop that hangs does not hold mod_status',
    file: 'mod_torrent_ws/apache/server_status.cpp',
    from: 'kTimeout{1000}',
    to: 'kTimeout{20000}',
    test: 'httpd/status.test.mjs',
    name: 'a loop that hangs',
  },
  {
    guard: 'Prometheus may ask with an empty value',
    file: 'mod_torrent_ws/apache/status.cpp',
    from: "if (query.size() > 1 && query.back() == '=') {",
    to: 'if (query.empty() && !query.empty()) {',
    test: 'httpd/prometheus.test.mjs',
    name: 'Prometheus takes them',
  },

  // Administrators
  {
    guard: 'who connects to the control socket is asked of the kernel',
    file: 'mod_torrent_ws/loop/admin_server.cpp',
    from: ' || (peer.uid != 0 && peer.uid != user_)',
    to: '',
    test: 'httpd/admin.test.mjs',
    name: 'nobody else may connect',
  },
  {
    guard: 'nobody else can connect to it at any moment',
    file: 'mod_torrent_ws/apache/admin_socket.cpp',
    from: 'umask(kUmask)',
    to: 'umask(0)',
    test: 'httpd/admin.test.mjs',
    name: 'nobody else may connect',
  },
  {
    guard: 'what is forked does not accept administrators',
    file: 'mod_torrent_ws/apache/supervisor.cpp',
    from: '  close_admin_socket(closed_in_forks->admin_socket);\n',
    to: '',
    test: 'httpd/admin.test.mjs',
    name: 'not where scripts run',
  },
  {
    guard: 'a watch that does not read is bounded',
    file: 'mod_torrent_ws/loop/admin_watch.cpp',
    from: 'if (link_.queued_bytes() > kMaxQueuedBytes) {',
    to: 'if (false) {',
    test: 'httpd/admin.test.mjs',
    name: 'gets too much to read is hung up on',
  },
  {
    guard: 'an administrator who takes nothing is hung up on',
    file: 'mod_torrent_ws/loop/line_link.cpp',
    from: '  static_cast<LineLink*>(watcher->data)->end();\n',
    to: '  static_cast<void>(watcher);\n',
    test: 'httpd/admin.test.mjs',
    name: 'reads nothing any more is hung up on',
  },
];
