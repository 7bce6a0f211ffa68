// The URIs of errors and ends that a client can see, for the event loop and for workers (docs/errors.md).
#pragma once

namespace tws::error_uri {

// WAMP's own.
inline constexpr const char* kAuthenticationFailed = "wamp.error.authentication_failed";
inline constexpr const char* kInvalidArgument = "wamp.error.invalid_argument";
inline constexpr const char* kNoSuchProcedure = "wamp.error.no_such_procedure";
inline constexpr const char* kNotAuthorized = "wamp.error.not_authorized";
inline constexpr const char* kInvalidUri = "wamp.error.invalid_uri";
inline constexpr const char* kNoSuchRealm = "wamp.error.no_such_realm";
inline constexpr const char* kNoSuchSubscription = "wamp.error.no_such_subscription";
inline constexpr const char* kNoSuchRegistration = "wamp.error.no_such_registration";
inline constexpr const char* kProcedureAlreadyExists = "wamp.error.procedure_already_exists";
inline constexpr const char* kNoMatchingAuthMethod = "wamp.error.no_matching_auth_method";
inline constexpr const char* kProtocolViolation = "wamp.error.protocol_violation";
inline constexpr const char* kCanceled = "wamp.error.canceled";
inline constexpr const char* kAuthenticationDenied = "wamp.error.authentication_denied";
inline constexpr const char* kNoSuchSession = "wamp.error.no_such_session";
inline constexpr const char* kOptionNotAllowed = "wamp.error.option_not_allowed";
inline constexpr const char* kPayloadSizeExceeded = "wamp.error.payload_size_exceeded";
inline constexpr const char* kHistoryUnavailable = "wamp.error.history_unavailable";
inline constexpr const char* kTimeout = "wamp.error.timeout";

// The user has TorrentWsMaxConnectionsPerUser connections already.
inline constexpr const char* kTooManyConnections = "torrent_ws.error.too_many_connections";
// The session has TorrentWsMaxSubscriptions already.
inline constexpr const char* kTooManySubscriptions = "torrent_ws.error.too_many_subscriptions";
// The same of registrations.
inline constexpr const char* kTooManyRegistrations = "torrent_ws.error.too_many_registrations";
// The database of sign-ins cannot be read or written: nobody can sign in with what is in it.
inline constexpr const char* kDatabaseUnavailable = "torrent_ws.error.database_unavailable";
// The daemon did not do it: it could not be reached, or turned the request away.
inline constexpr const char* kDaemonUnreachable = "torrent_ws.error.daemon_unreachable";
// The daemon answered, with an error; the message is its own text.
inline constexpr const char* kDaemonRefused = "torrent_ws.error.daemon_refused";
// The request was sent and no answer came: it may have been done or not.
inline constexpr const char* kOutcomeUnknown = "torrent_ws.error.outcome_unknown";
// One session has more calls under way than it may; this one was not sent.
inline constexpr const char* kTooManyCalls = "torrent_ws.error.too_many_calls";
// The site's own code for it (TorrentWsHandler) does not run, or has too much to do: it was not done.
inline constexpr const char* kHandlerUnavailable = "torrent_ws.error.handler_unavailable";
// That code failed, or its answer was none.
inline constexpr const char* kHandlerFailed = "torrent_ws.error.handler_failed";
// There is no room for it now; it can be sent again.
inline constexpr const char* kBusy = "torrent_ws.error.busy";
// This daemon is too old for it.
inline constexpr const char* kNotSupported = "torrent_ws.error.not_supported";

}  // namespace tws::error_uri

namespace tws::close_uri {

// Why a session ended, in GOODBYE.
inline constexpr const char* kNormal = "wamp.close.normal";
inline constexpr const char* kGoodbyeAndOut = "wamp.close.goodbye_and_out";
inline constexpr const char* kSystemShutdown = "wamp.close.system_shutdown";
inline constexpr const char* kKilled = "wamp.close.killed";

}  // namespace tws::close_uri
