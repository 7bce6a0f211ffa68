#include <CppUTest/TestHarness.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "support/credentials.hpp"
#include "support/fd.hpp"
#include "support/unix_message.hpp"
#include "websocket/handshake.hpp"
#include "wire/configuration.hpp"
#include "wire/curve_keys.hpp"
#include "wire/handover.hpp"
#include "wire/version.hpp"

using tws::Handover;

TEST_GROUP(Handover){};

TEST(Handover, ComesOutAsItWentIn) {
  Handover sent;
  sent.endpoint = "wamp";
  sent.realm = "torrents";
  sent.address = "::1";
  sent.user = "j\xc3\xb6rg";
  sent.tls = true;
  sent.key = "dGhlIHNhbXBsZSBub25jZQ==";
  sent.protocol = "wamp.2.json";
  sent.extensions = "permessage-deflate";
  sent.blocking = true;
  sent.site = "example.org:443";
  sent.path = "/wss/";
  const std::string drained("\x81\x85\n\0x", 5);
  auto message = tws::encode_handover(sent);
  CHECK_TRUE(static_cast<bool>(message));
  message->append(drained);
  const auto got = tws::decode_handover(*message);
  CHECK_TRUE(static_cast<bool>(got));
  STRCMP_EQUAL("j\xc3\xb6rg", got->user.c_str());
  STRCMP_EQUAL("dGhlIHNhbXBsZSBub25jZQ==", got->key.c_str());
  CHECK_TRUE(got->tls);
  CHECK_TRUE(got->blocking);
  STRCMP_EQUAL("example.org:443", got->site.c_str());
  STRCMP_EQUAL("/wss/", got->path.c_str());
  CHECK_TRUE(got->drained == drained);
}

TEST(Handover, CarriesTheSignatureOfAPublication) {
  Handover sent;
  sent.kind = tws::HandoverKind::kPublish;
  sent.signature = {"shop", "2026-01-31T12:00:00.000Z", "1", "42", "c2ln"};
  const auto got = tws::decode_handover(*tws::encode_handover(sent));
  CHECK_TRUE(static_cast<bool>(got));
  CHECK_TRUE(got->kind == tws::HandoverKind::kPublish);
  STRCMP_EQUAL("shop", got->signature.key.c_str());
  STRCMP_EQUAL("2026-01-31T12:00:00.000Z", got->signature.timestamp.c_str());
  STRCMP_EQUAL("1", got->signature.seq.c_str());
  STRCMP_EQUAL("42", got->signature.nonce.c_str());
  STRCMP_EQUAL("c2ln", got->signature.signature.c_str());
}

TEST(Handover, RefusesWhatIsNotUtf8) {
  Handover sent;
  sent.user = "\xff\xfe";
  CHECK_FALSE(static_cast<bool>(tws::encode_handover(sent)));
}

TEST(Handover, RefusesAnotherVersionAndNoise) {
  CHECK_FALSE(static_cast<bool>(tws::decode_handover("{\"version\":99,\"kind\":\"connection\"}\n")));
  CHECK_FALSE(static_cast<bool>(
      tws::decode_handover("{\"version\":" + std::to_string(tws::kWireVersion) + ",\"kind\":\"other\"}\n")));
  CHECK_FALSE(static_cast<bool>(tws::decode_handover("no line feed")));
  CHECK_FALSE(static_cast<bool>(tws::decode_handover("")));
}

TEST(Handover, TravelsWithItsDescriptor) {
  std::array<int, 2> pair{};
  CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()));
  const tws::Fd sender(pair[0]);
  tws::Fd receiver(pair[1]);
  const int on = 1;
  setsockopt(receiver.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  std::array<int, 2> pipe_ends{};
  CHECK_EQUAL(0, pipe(pipe_ends.data()));
  const tws::Fd read_end(pipe_ends[0]);
  tws::Fd write_end(pipe_ends[1]);

  CHECK_TRUE(static_cast<bool>(tws::send_message(sender.get(), "hello", {write_end.get(), write_end.get()}, 100)));
  write_end.reset();
  tws::ReceivedMessage message;
  CHECK_TRUE(tws::receive_message(receiver.get(), 100, message) == tws::ReceiveOutcome::kMessage);
  STRCMP_EQUAL("hello", message.bytes.c_str());
  CHECK_EQUAL(2, message.descriptors.size());
  char byte = 0;
  for (const tws::Fd& descriptor : message.descriptors) {
    CHECK_EQUAL(1, write(descriptor.get(), "x", 1));
    CHECK_EQUAL(1, read(read_end.get(), &byte, 1));
  }
  CHECK_EQUAL(getpid(), message.sender);
  CHECK_EQUAL(getuid(), message.sender_user);
  CHECK_TRUE(tws::receive_message(receiver.get(), 100, message) == tws::ReceiveOutcome::kNothingYet);
  receiver.reset();
  CHECK_FALSE(static_cast<bool>(tws::send_message(sender.get(), "nobody", {}, 100)));
}

TEST_GROUP(ConfigurationMessage){};

TEST(ConfigurationMessage, ComesOutAsItWentIn) {
  tws::Configuration sent;
  sent.programs = "/usr/lib/torrent-ws";
  sent.database = "/var/lib/x.sqlite";
  sent.workers = 3;
  tws::DaemonConfiguration daemon;
  daemon.name = "main";
  daemon.url = "http://127.0.0.1:9091/transmission/rpc";
  daemon.credentials_file = "/etc/credentials";
  daemon.timeout_ms = 5000;
  daemon.download_roots = {"/srv/a", "/srv/b"};
  sent.daemons = {daemon};
  sent.admins = {"1", "alice"};
  sent.max_queued_bytes = 123456;
  sent.max_blocking_relays = 7;
  sent.relay_lifetime_ms = 86'400'000;
  sent.has_admin_socket = true;
  sent.admin_user = 4'000'000'000;
  sent.strict_request_ids = true;
  const auto message = tws::encode_configuration(sent);
  CHECK_TRUE(static_cast<bool>(message));
  const auto got = tws::decode_configuration(*message);
  CHECK_TRUE(static_cast<bool>(got));
  CHECK_EQUAL(3, got->workers);
  CHECK_EQUAL(1, got->daemons.size());
  CHECK_TRUE(got->daemons[0].has_credentials);
  CHECK_TRUE(message->find("/etc/credentials") == std::string::npos);
  STRCMP_EQUAL("/srv/b", got->daemons[0].download_roots.at(1).c_str());
  STRCMP_EQUAL("alice", got->admins.at(1).c_str());
  CHECK_EQUAL(123456, got->max_queued_bytes);
  CHECK_EQUAL(7, got->max_blocking_relays);
  CHECK_EQUAL(86'400'000, got->relay_lifetime_ms);
  CHECK_TRUE(got->has_admin_socket);
  CHECK_TRUE(got->admin_user == 4'000'000'000);
  CHECK_FALSE(got->has_access_log);
  CHECK_FALSE(got->strict_uris);
  CHECK_TRUE(got->strict_request_ids);
  CHECK_FALSE(got->login_table);
  CHECK_FALSE(static_cast<bool>(tws::decode_configuration("{\"version\":0}")));
}

TEST(ConfigurationMessage, HasWhoPublishes) {
  tws::Configuration sent;
  sent.publish_keys = {{"shop", "/etc/shop.secret", {}}, {"till", "/etc/till.secret", {}}};
  sent.publish_users = {33, 4'000'000'000};
  sent.publish_window_ms = 5'000;
  sent.has_publish_socket = true;
  sent.zmq.endpoint = "tcp://*:5555";
  sent.zmq.high_water = 10;
  sent.zmq.server_secret_file = "/etc/server.secret";
  const auto message = tws::encode_configuration(sent);
  CHECK_TRUE(static_cast<bool>(message));
  CHECK_TRUE(message->find("secret") == std::string::npos);
  const auto got = tws::decode_configuration(*message);
  CHECK_TRUE(static_cast<bool>(got));
  CHECK_EQUAL(2, got->publish_keys.size());
  STRCMP_EQUAL("till", got->publish_keys[1].name.c_str());
  CHECK_TRUE(got->publish_users == sent.publish_users);
  CHECK_EQUAL(5'000, got->publish_window_ms);
  CHECK_TRUE(got->has_publish_socket);
  STRCMP_EQUAL("tcp://*:5555", got->zmq.endpoint.c_str());
  CHECK_EQUAL(10, got->zmq.high_water);
  CHECK_TRUE(got->zmq.has_curve);
}

TEST_GROUP(CurveKeys){};

TEST(CurveKeys, AreLines) {
  const std::string one(40, '#');
  const std::string other(40, 'z');
  const auto keys = tws::parse_curve_keys("# two\n\n" + one + "\r\n" + other);
  CHECK_TRUE(static_cast<bool>(keys));
  CHECK_TRUE(*keys == (std::vector<std::string>{one, other}));
  CHECK_TRUE(tws::parse_curve_keys("")->empty());
}

TEST(CurveKeys, SayWhichLineIsNone) {
  for (const char* line :
       {"short", "0000000000000000000000000000000000000000 1", "\"000000000000000000000000000000000000000"}) {
    const auto keys = tws::parse_curve_keys("# keys\n" + std::string(line));
    CHECK_FALSE(static_cast<bool>(keys));
    STRCMP_CONTAINS("line 2", keys.error().message.c_str());
  }
}

TEST(ConfigurationMessage, HasWhoMayDoWhat) {
  tws::Configuration sent;
  sent.permissions = {{.subscribe = true,
                       .publish = false,
                       .call = true,
                       .register_procedures = false,
                       .pattern = {"com.example.", tws::Match::kPrefix},
                       .role = "anonymous",
                       .user = ""},
                      {.subscribe = false,
                       .publish = true,
                       .call = false,
                       .register_procedures = true,
                       .pattern = {"com..status", tws::Match::kWildcard},
                       .role = "admin",
                       .user = "j\xc3\xb6rg"}};
  sent.histories = {{{"com.example.chat", tws::Match::kExact}, 10'000}};
  const auto got = tws::decode_configuration(*tws::encode_configuration(sent));
  CHECK_EQUAL(2, got->permissions.size());
  const tws::Permission& first = got->permissions[0];
  CHECK_TRUE(first.subscribe && !first.publish && first.call && !first.register_procedures);
  STRCMP_EQUAL("com.example.", first.pattern.uri.c_str());
  CHECK_TRUE(first.pattern.match == tws::Match::kPrefix);
  STRCMP_EQUAL("anonymous", first.role.c_str());
  STRCMP_EQUAL("", first.user.c_str());
  const tws::Permission& second = got->permissions[1];
  CHECK_TRUE(!second.subscribe && second.publish && !second.call && second.register_procedures);
  CHECK_TRUE(second.pattern.match == tws::Match::kWildcard);
  STRCMP_EQUAL("admin", second.role.c_str());
  STRCMP_EQUAL("j\xc3\xb6rg", second.user.c_str());
  CHECK_EQUAL(1, got->histories.size());
  STRCMP_EQUAL("com.example.chat", got->histories[0].pattern.uri.c_str());
  CHECK_TRUE(got->histories[0].pattern.match == tws::Match::kExact);
  CHECK_EQUAL(10'000, got->histories[0].events);
}

TEST(ConfigurationMessage, HasRoomForAllPermissionsThereMayBe) {
  tws::Configuration sent;
  sent.permissions.resize(tws::kMaxPermissions);
  for (tws::Permission& permission : sent.permissions) {
    permission.pattern = {std::string(60, 'a'), tws::Match::kWildcard};
    permission.user = "12345678";
  }
  CHECK_TRUE(static_cast<bool>(tws::encode_configuration(sent)));
}

TEST(ConfigurationMessage, RefusesWhatCannotBeSent) {
  tws::Configuration root;
  root.daemons.emplace_back().download_roots = {"/srv/\xff"};
  CHECK_FALSE(static_cast<bool>(tws::encode_configuration(root)));
  tws::Configuration admin;
  admin.admins = {"\xc3"};
  CHECK_FALSE(static_cast<bool>(tws::encode_configuration(admin)));
  tws::Configuration database;
  database.database = "/\xff";
  CHECK_FALSE(static_cast<bool>(tws::encode_configuration(database)));
  tws::Configuration user;
  user.permissions.emplace_back().user = "\xff";
  CHECK_FALSE(static_cast<bool>(tws::encode_configuration(user)));
  tws::Configuration topic;
  topic.histories.emplace_back().pattern.uri = "com.\xff";
  CHECK_FALSE(static_cast<bool>(tws::encode_configuration(topic)));
  tws::Configuration too_long;
  too_long.admins = {std::string(tws::kMaxControlMessage, 'a')};
  CHECK_FALSE(static_cast<bool>(tws::encode_configuration(too_long)));
}

TEST_GROUP(CredentialsFile) {
  const std::string name = "/tmp/tws-credentials-" + std::to_string(getpid());
  tws::Fd file{open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  void setup() override { unlink(name.c_str()); }
  void write_file(const std::string& text) const {
    CHECK_EQUAL(0, ftruncate(file.get(), 0));
    CHECK_EQUAL(static_cast<ssize_t>(text.size()), pwrite(file.get(), text.data(), text.size(), 0));
  }
};

TEST(CredentialsFile, HasThemInItsFirstLine) {
  write_file("user:pass:\"word\r\nmore:text\n");
  CHECK_TRUE(tws::has_credentials(file.get()));
  const auto credentials = tws::read_credentials(file.get());
  STRCMP_EQUAL("user", credentials.user.c_str());
  STRCMP_EQUAL("pass:\"word", credentials.password.c_str());
}

TEST(CredentialsFile, MayHaveNone) {
  for (const char* text : {"", "\n", "user", ":password\n", "\nuser:password\n"}) {
    write_file(text);
    CHECK_FALSE(tws::has_credentials(file.get()));
  }
  CHECK_FALSE(tws::has_credentials(-1));
}

TEST_GROUP(Handshake){};

TEST(Handshake, TakesTheDeflateOffersThatCanBeKept) {
  const auto window = [](const char* offers) { return tws::choose_deflate(offers).window_bits; };
  CHECK_EQUAL(15, window("permessage-deflate"));
  CHECK_EQUAL(15, window("permessage-deflate; client_max_window_bits"));
  CHECK_EQUAL(15, window("permessage-deflate; client_max_window_bits=9"));
  CHECK_EQUAL(15, window("x-unknown, permessage-deflate ; client_no_context_takeover"));
  CHECK_EQUAL(10, window("permessage-deflate; server_max_window_bits=10, permessage-deflate"));
  CHECK_EQUAL(8, window("permessage-deflate; server_max_window_bits=\"8\""));
  CHECK_EQUAL(15, window("permessage-deflate; server_max_window_bits=16, permessage-deflate"));
  for (const char* declined :
       {"", "x-webkit-deflate-frame", "permessage-deflate;", "permessage-deflate; unknown",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=", "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=08", "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=\"", "permessage-deflate; client_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover"}) {
    CHECK_EQUAL(0, window(declined));
  }
}

TEST(Handshake, AnswersAsTheSpecificationDoes) {
  tws::Handover handover;
  handover.key = "dGhlIHNhbXBsZSBub25jZQ==";
  handover.protocol = "wamp.2.json";
  const std::string head = tws::response_head(handover, {10, true});
  CHECK_TRUE(head.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
  CHECK_TRUE(head.find("\r\nSec-WebSocket-Protocol: wamp.2.json\r\n") != std::string::npos);
  CHECK_TRUE(head.find("; server_max_window_bits=10\r\n") != std::string::npos);
  CHECK_TRUE(tws::response_head(handover, {}).find("permessage-deflate") == std::string::npos);
}
