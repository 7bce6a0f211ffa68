// What changed in a daemon's list, and how each form tells it.
#include <CppUTest/TestHarness.h>

#include <nlohmann/json.hpp>
#include <string>

#include "worker/torrent_encoding.hpp"
#include "worker/torrent_list.hpp"

using tws::Json;
using tws::Serializer;
using tws::worker::HashSet;
using tws::worker::kListFieldCount;
using tws::worker::kListFields;
using tws::worker::kListFormats;
using tws::worker::ListDelta;
using tws::worker::ListFormat;
using tws::worker::Owners;
using tws::worker::TailForm;
using tws::worker::TorrentEncoder;
using tws::worker::TorrentList;

namespace {

const std::string kHashA(40, 'a');
const std::string kHashB(40, 'b');
const Json kTotals(json_pack("{si}", "uploadSpeed", 7));
// The beginnings of maps of the three pairs that a tail has (RFC 8949, 3; MessagePack, "fixmap").
const std::string kCborHead = "\xA3";
const std::string kMsgpackHead = "\x83";

Json json(const std::string& text) {
  auto value = tws::parse_json(text);
  CHECK(!!value);
  return *value;
}

Json with_totals(const Json& totals) { return Json(json_pack("{sO}", "session", totals.get())); }

// A row of names with all fields of the list, and for each torrent a row of zeros with its hash, id and name.
Json whole_table(const std::vector<std::pair<std::string, int>>& torrents) {
  Json table(json_array());
  json_t* names = json_array();
  for (const char* field : kListFields) {
    json_array_append_new(names, json_string(field));
  }
  json_array_append_new(table.get(), names);
  for (const auto& [hash, id] : torrents) {
    json_t* row = json_array();
    for (const std::string field : kListFields) {
      json_array_append_new(row, field == "hashString" ? json_string(hash.c_str())
                                 : field == "id"       ? json_integer(id)
                                 : field == "name"     ? json_string(("name " + std::to_string(id)).c_str())
                                                       : json_integer(0));
    }
    json_array_append_new(table.get(), row);
  }
  return table;
}

}  // namespace

TEST_GROUP(WorkerTorrentList) {
  TorrentList list;
  TorrentEncoder encoder{"main", "main."};

  ListDelta expect(tws::Result<ListDelta> delta) {
    CHECK(!!delta);
    return *delta;
  }
  ListDelta live(const std::string& rows, const HashSet& skip = {}) {
    const Json table = json(R"([["status","hashString","percentDone","no such field"],)" + rows + "]");
    return expect(list.update(table.get(), nullptr, skip));
  }
  std::string tail(TailForm form, const ListDelta& delta, const Json& totals = Json(json_object())) {
    std::string text;
    const auto lengths = encoder.append_tails(text, {&form, 1}, delta, with_totals(totals).get());
    CHECK_EQUAL(1, lengths.size());
    CHECK_EQUAL(text.size(), lengths.front());
    return text;
  }
  std::string delta_text(ListFormat format, const ListDelta& delta) { return tail({format, Serializer::kJson}, delta); }
  // That all serializers say the same of it.
  void check_serializers(const ListDelta& delta) {
    using Value = nlohmann::json;
    for (const ListFormat format : kListFormats) {
      const auto json = Value::parse("{" + tail({format, Serializer::kJson}, delta, kTotals));
      CHECK(json == Value::from_cbor(kCborHead + tail({format, Serializer::kCbor}, delta, kTotals)));
      CHECK(json == Value::from_msgpack(kMsgpackHead + tail({format, Serializer::kMsgpack}, delta, kTotals)));
    }
  }
  void fill() { expect(list.replace(whole_table({{kHashA, 1}, {kHashB, 2}}).get(), {})); }
};

TEST(WorkerTorrentList, NewTorrentsComeWhole) {
  const Json table = whole_table({{kHashA, 1}, {kHashB, 2}});
  const auto delta = expect(list.replace(table.get(), {}));
  CHECK_EQUAL(2, delta.changes.size());
  CHECK(delta.changes[0].is_new && delta.changes[0].fields.all());
  const Json text = json("{" + delta_text(ListFormat::kObject, delta));
  const json_t* torrent = json_object_get(json_object_get(text.get(), "torrents"), ("main." + kHashB).c_str());
  CHECK_EQUAL(kListFieldCount + 1, json_object_size(torrent));
  STRCMP_EQUAL("main", json_string_value(json_object_get(torrent, "daemon")));
  STRCMP_EQUAL("name 2", json_string_value(json_object_get(torrent, "name")));
}

TEST(WorkerTorrentList, TheSameAnswerAgainChangesNothing) {
  fill();
  CHECK(expect(list.replace(whole_table({{kHashB, 2}, {kHashA, 1}}).get(), {})).empty());
}

TEST(WorkerTorrentList, WhatChangesTogetherWithOthersIsReadWhole) {
  fill();
  CHECK(live(R"([0,")" + kHashA + R"(",0.5,1])").incomplete.empty());
  const auto delta = live(R"([6,")" + kHashA + R"(",1,1],[0,")" + kHashB + R"(",0.5,1])");
  CHECK_EQUAL(1, delta.incomplete.size());
  STRCMP_EQUAL(kHashA.c_str(), delta.incomplete[0].c_str());
}

TEST(WorkerTorrentList, OnlyChangedFieldsOfChangedTorrentsAreTold) {
  fill();
  const auto delta = live(R"([4,")" + kHashA + R"(",0,1],[0,")" + kHashB + R"(",0.125,1])");
  STRCMP_EQUAL((R"("torrents":{"main.)" + kHashA + R"(":{"status":4},"main.)" + kHashB +
                R"(":{"percentDone":0.125}},"removed":[],"session":{}})")
                   .c_str(),
               delta_text(ListFormat::kObject, delta).c_str());
  STRCMP_EQUAL((R"("torrents":{"fields":["hash","status","percentDone"],"rows":[["main.)" + kHashA +
                R"(",4,null],["main.)" + kHashB + R"(",null,0.125]]},"removed":[],"session":{}})")
                   .c_str(),
               delta_text(ListFormat::kTable, delta).c_str());
}

TEST(WorkerTorrentList, MissingFromTheWholeListIsRemoved) {
  fill();
  const auto delta = expect(list.replace(whole_table({{kHashB, 2}}).get(), {}));
  STRCMP_EQUAL((R"("torrents":{},"removed":["main.)" + kHashA + R"("],"session":{}})").c_str(),
               delta_text(ListFormat::kObject, delta).c_str());
  STRCMP_EQUAL(
      (R"("torrents":{"fields":["hash"],"rows":[]},"removed":["main.)" + kHashA + R"("],"session":{}})").c_str(),
      delta_text(ListFormat::kTable, delta).c_str());
  CHECK_EQUAL(1, list.torrents().size());
}

TEST(WorkerTorrentList, MissingAmongThoseAskedForIsRemoved) {
  fill();
  const auto delta = expect(list.update_exactly(whole_table({}).get(), {kHashA}, {}));
  CHECK_EQUAL(1, delta.removed.size());
  CHECK(list.torrents().contains(kHashB));
}

TEST(WorkerTorrentList, IdsAreRemovedByTheirPresentMeaning) {
  fill();
  expect(list.replace(whole_table({{kHashA, 8}, {kHashB, 1}}).get(), {}));
  const Json nobody = json(R"([["hashString","status"]])");
  CHECK(expect(list.update(nobody.get(), json("[1,2]").get(), {kHashB})).empty());
  const auto delta = expect(list.update(nobody.get(), json("[1,2]").get(), {}));
  CHECK_EQUAL(1, delta.removed.size());
  STRCMP_EQUAL(kHashB.c_str(), delta.removed[0].c_str());
}

TEST(WorkerTorrentList, WhoIsRemovedAndThereAllTheSameIsReadWhole) {
  fill();
  const Json table = json(R"([["hashString","status"],[")" + kHashA + R"(",4],[")" + kHashB + R"(",6]])");
  const auto delta = expect(list.update(table.get(), json("[1]").get(), {}));
  CHECK_EQUAL(1, delta.removed.size());
  CHECK(delta.incomplete == std::vector<std::string>({kHashA, kHashB}));
  STRCMP_EQUAL(
      (R"("torrents":{"main.)" + kHashB + R"(":{"status":6}},"removed":["main.)" + kHashA + R"("],"session":{}})")
          .c_str(),
      delta_text(ListFormat::kObject, delta).c_str());
}

TEST(WorkerTorrentList, AWholeListHasAllFields) {
  fill();
  const Json table = json(R"([["hashString","id"]])");
  const auto refused = list.replace(table.get(), {});
  CHECK(!refused);
  STRCMP_EQUAL("the daemon's torrent list has no status", refused.error().message.c_str());
  CHECK(!list.update_exactly(table.get(), {kHashA}, {}));
  CHECK_EQUAL(2, list.torrents().size());
}

TEST(WorkerTorrentList, NewTorrentWithLiveFieldsOnlyIsReadWholeFirst) {
  fill();
  const std::string unknown(40, 'c');
  const auto delta = live(R"([4,")" + unknown + R"(",0,1])");
  CHECK(delta.empty());
  CHECK_EQUAL(1, delta.incomplete.size());
  STRCMP_EQUAL(unknown.c_str(), delta.incomplete[0].c_str());
}

TEST(WorkerTorrentList, AnswerOlderThanACommandDoesNotUndoIt) {
  fill();
  CHECK_EQUAL(1, list.remove({kHashA}).size());
  CHECK(expect(list.replace(whole_table({{kHashA, 1}, {kHashB, 2}}).get(), {kHashA})).empty());
  CHECK(live(R"([4,")" + kHashB + R"(",1,1])", {kHashB}).empty());
  CHECK(expect(list.replace(whole_table({}).get(), {kHashB})).empty());
  CHECK(list.torrents().contains(kHashB));
}

TEST(WorkerTorrentList, SnapshotHasEverythingInBothFormats) {
  fill();
  const Json from_object = json("{" + tail({ListFormat::kObject, Serializer::kJson}, list.everything(), kTotals));
  const Json from_table = json("{" + tail({ListFormat::kTable, Serializer::kJson}, list.everything(), kTotals));
  const json_t* torrents = json_object_get(from_object.get(), "torrents");
  const json_t* names = json_object_get(json_object_get(from_table.get(), "torrents"), "fields");
  const json_t* rows = json_object_get(json_object_get(from_table.get(), "torrents"), "rows");
  CHECK_EQUAL(2, json_object_size(torrents));
  CHECK_EQUAL(2, json_array_size(rows));
  CHECK_EQUAL(kListFieldCount + 2, json_array_size(names));
  STRCMP_EQUAL("hash", json_string_value(json_array_get(names, 0)));
  for (std::size_t i = 0; i < 2; ++i) {
    const json_t* row = json_array_get(rows, i);
    const json_t* torrent = json_object_get(torrents, json_string_value(json_array_get(row, 0)));
    for (std::size_t column = 1; column < json_array_size(names); ++column) {
      const char* name = json_string_value(json_array_get(names, column));
      CHECK(json_equal(json_object_get(torrent, name), json_array_get(row, column)) != 0);
    }
  }
  LONGS_EQUAL(7, tws::integer_member(json_object_get(from_table.get(), "session"), "uploadSpeed").value_or(0));
}

TEST(WorkerTorrentList, AllSerializersSayTheSame) {
  check_serializers(list.everything());
  fill();
  check_serializers(list.everything());
  check_serializers(live(R"([4,")" + kHashA + R"(",0.1,1],[0,")" + kHashB + R"(",1e-9,1])"));
  check_serializers(expect(list.replace(whole_table({{kHashB, 2}}).get(), {})));
  Json table = whole_table({{kHashB, 2}});
  json_t* row = json_array_get(table.get(), 1);
  const char* values[] = {
      "null", "true", "-1", "9007199254740993", "0.5", R"([{"announce":"udp://\u00fc","tier":0},[]])", R"({"":{}})"};
  for (std::size_t i = 0; i < std::size(values); ++i) {
    json_array_set_new(row, 2 + i, json(values[i]).release());
  }
  const auto delta = expect(list.replace(table.get(), {}));
  CHECK_EQUAL(std::size(values), delta.changed_fields().count());
  check_serializers(delta);
}

TEST(WorkerTorrentList, TailsFollowEachOtherInTheOrderAskedFor) {
  fill();
  const TailForm forms[] = {{ListFormat::kTable, Serializer::kMsgpack},
                            {ListFormat::kObject, Serializer::kJson},
                            {ListFormat::kTable, Serializer::kCbor}};
  std::string body = "before";
  const auto lengths = encoder.append_tails(body, forms, list.everything(), with_totals(kTotals).get());
  std::string expected = "before";
  CHECK_EQUAL(std::size(forms), lengths.size());
  for (std::size_t i = 0; i < std::size(forms); ++i) {
    const std::string alone = tail(forms[i], list.everything(), kTotals);
    CHECK_EQUAL(alone.size(), lengths[i]);
    expected += alone;
  }
  CHECK(body == expected);
}

TEST(WorkerTorrentList, BinaryTailsThatAreTooMuchAreLeftOut) {
  fill();
  const TailForm forms[] = {{ListFormat::kObject, Serializer::kCbor},
                            {ListFormat::kObject, Serializer::kJson},
                            {ListFormat::kTable, Serializer::kMsgpack}};
  const Json further = with_totals(kTotals);
  const std::string cbor = tail(forms[0], list.everything(), kTotals);
  const std::string text = tail(forms[1], list.everything(), kTotals);
  const auto written = [&](std::size_t limit) {
    std::string body;
    const auto lengths = encoder.append_tails(body, forms, list.everything(), further.get(), limit);
    const Json tails = tws::worker::lengths_of_tails(forms, lengths);
    std::size_t all = 0;
    for (std::size_t i = 0; i < json_array_size(tails.get()); ++i) {
      all += tws::integer_member(json_array_get(tails.get(), i), "length").value_or(0);
    }
    CHECK_EQUAL(body.size(), all);
    return body;
  };
  CHECK(written(cbor.size() + text.size()) == cbor + text);
  CHECK(written(cbor.size() + text.size() - 1) == text);
  CHECK(written(0) == text);
}

TEST(WorkerTorrentList, WatchNamesTheFormsOfItsTails) {
  const Json arguments = json(R"({"tails":[{"format":"table","serializer":"cbor"},{"format":"tree","serializer":"json"},
      {"format":"object","serializer":"ubjson"},{"format":"object"},7,{"format":"object","serializer":"json"}]})");
  const auto forms = tws::worker::tail_forms_of(arguments.get());
  CHECK_EQUAL(2, forms.size());
  CHECK(forms[0].format == ListFormat::kTable && forms[0].serializer == Serializer::kCbor);
  CHECK(forms[1].format == ListFormat::kObject && forms[1].serializer == Serializer::kJson);
  CHECK(tws::worker::tail_forms_of(json("{}").get()).empty());
  CHECK(tws::worker::tail_forms_of(nullptr).empty());
}

TEST(WorkerTorrentList, OwnersAreToldWithTheWholeTorrent) {
  Owners owners = {{kHashA, "7"}};
  list = TorrentList(owners);
  const auto owner_of = [](const ListDelta::Change& change) {
    return std::string(tws::string_of((*change.torrent)[tws::worker::kOwnerField].get()));
  };
  // The tables have such a column, too: what a daemon says of it counts for nothing.
  const Json both = whole_table({{kHashA, 1}, {kHashB, 2}});
  auto delta = expect(list.replace(both.get(), {}));
  STRCMP_EQUAL("7", owner_of(delta.changes[0]).c_str());
  STRCMP_EQUAL("", owner_of(delta.changes[1]).c_str());
  CHECK(expect(list.replace(both.get(), {})).empty());

  owners = {{kHashB, "8"}};
  CHECK(live(R"([0,")" + kHashA + R"(",0,1],[0,")" + kHashB + R"(",0,1])").empty());
  delta = expect(list.update_exactly(whole_table({{kHashB, 2}}).get(), {kHashB}, {}));
  CHECK_EQUAL(1, delta.changes.size());
  STRCMP_EQUAL(
      R"("torrents":{"main.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb":{"owner":"8"}},"removed":[],"session":{}})",
      delta_text(ListFormat::kObject, delta).c_str());
  check_serializers(delta);
  delta = expect(list.replace(both.get(), {}));
  CHECK_EQUAL(1, delta.changes.size());
  STRCMP_EQUAL("", owner_of(delta.changes[0]).c_str());
}

TEST(WorkerTorrentList, TheOwnerIsNotTheDaemons) {
  const std::string whole = tws::to_text(tws::worker::list_field_names().get());
  const std::string detail = tws::to_text(tws::worker::detail_field_names(tws::worker::kRpcVersion40).get());
  CHECK(whole.find("trackers") != std::string::npos && whole.find("owner") == std::string::npos);
  CHECK(detail.find("owner") == std::string::npos);
  CHECK_FALSE(tws::worker::field_rpc_version("owner").has_value());
}

TEST(WorkerTorrentList, HostileNamesStayText) {
  Json table = whole_table({{kHashA, 1}});
  const std::string hostile = "\"}],\\ \n\x01 <script> \xF0\x9F\x98\x80 \xE2\x80\xA8";
  json_array_set_new(json_array_get(table.get(), 1), tws::worker::find_list_field("name").value_or(0),
                     json_string(hostile.c_str()));
  const auto delta = expect(list.replace(table.get(), {}));
  const Json text = json("{" + delta_text(ListFormat::kObject, delta));
  const json_t* torrent = json_object_get(json_object_get(text.get(), "torrents"), ("main." + kHashA).c_str());
  STRCMP_EQUAL(hostile.c_str(), json_string_value(json_object_get(torrent, "name")));
  check_serializers(delta);
}

TEST(WorkerTorrentList, BrokenAnswersAreRefusedAndChangeNothing) {
  fill();
  for (const char* broken :
       {"null", "{}", "[]", "[{}]", R"([["id"],[1]])", R"([["hashString"],["short"]])", R"([["hashString"],"row"])",
        R"([["hashString","status"],["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]])"}) {
    CHECK(!list.update(json(broken).get(), nullptr, {}));
    CHECK(!list.replace(json(broken).get(), {}));
  }
  CHECK_EQUAL(2, list.torrents().size());
}
