// The PHP pages and the token helper, with real PHP: through httpd and on the command line.

import assert from "node:assert/strict";
import { createHash, pbkdf2Sync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { runPhp } from "../support/php.mjs";
import { startStack } from "../support/stack.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

for (const mpm of ["event", "prefork"]) {
  describe(`the pages, ${mpm} MPM`, () => {
    let stack;
    before(async () => {
      stack = await startStack({ mpm });
    });
    after(() => stack.stop());

    const tokenRows = async () =>
      JSON.parse(
        await stack.php(
          `
        $rows = (new PDO('sqlite:' . $argv[1]))->query('SELECT * FROM torrent_ws_token', PDO::FETCH_ASSOC);
        echo json_encode($rows->fetchAll());`,
          stack.database,
        ),
      );

    for (const [name, scheme] of [
      ["httpUrl", "ws"],
      ["tlsUrl", "wss"],
    ]) {
      test(`token.php tells a page of ${name} how to sign in`, async () => {
        const { status, headers, body } = await stack.get(
          "/token.php",
          stack[name],
        );
        assert.equal(status, 200);
        assert.equal(headers["content-type"], "application/json");
        assert.equal(headers["cache-control"], "no-store");
        const { token, ...others } = JSON.parse(body);
        assert.match(token, /^[0-9a-f]{32,}$/);
        const { host } = new URL(stack[name]);
        assert.deepEqual(others, {
          userId: 1,
          url: `${scheme}://${host}/wss/`,
          realm: "torrents",
        });
      });
    }

    test("who logs in gets a session of another id, and a way back that is one", async () => {
      const visit = (address, options) =>
        fetch(new URL(address, stack.httpUrl), {
          redirect: "manual",
          ...options,
        });
      const cookieOf = (response) =>
        response.headers.get("set-cookie").split(";")[0];
      const before = cookieOf(await visit("/"));
      for (const [query, location] of [
        ["?return=/here", "/here"],
        ["?return[]=x", "/"],
      ]) {
        const response = await visit(`/login.php${query}`, {
          method: "POST",
          headers: { Cookie: before },
        });
        assert.equal(response.status, 303);
        assert.equal(response.headers.get("location"), location);
        assert.notEqual(cookieOf(response), before);
      }
      assert.equal(
        (await visit("/token.php", { headers: { Cookie: before } })).status,
        401,
      );
    });

    test("each call gives another token, and the database has only their hashes", async () => {
      const before = Math.floor(Date.now() / 1000);
      const tokens = [await stack.token(), await stack.token()];
      assert.notEqual(tokens[0], tokens[1]);
      const rows = await tokenRows();
      for (const token of tokens) {
        assert.ok(!JSON.stringify(rows).includes(token));
        const row = rows.find(({ token_hash }) => token_hash === sha256(token));
        assert.equal(row.user_id, "1");
        assert.equal(row.spent_at, null);
        const now = Math.floor(Date.now() / 1000);
        assert.ok(
          row.expires_at >= before + 60 && row.expires_at <= now + 60,
          `expires_at ${row.expires_at}`,
        );
      }
    });

    test("the page carries a token for its GUI", async () => {
      const { status, headers, body } = await stack.get("/");
      assert.equal(status, 200);
      assert.equal(headers["cache-control"], "no-store");
      const [, token] = /data-token="([0-9a-f]+)"/.exec(body);
      assert.ok(
        (await tokenRows()).some(
          ({ token_hash }) => token_hash === sha256(token),
        ),
      );
    });

    test("without a session there is neither a token nor a list", async () => {
      for (const page of ["token.php", "torrents.json"]) {
        const response = await fetch(new URL(page, stack.httpUrl));
        assert.equal(response.status, 401);
        assert.deepEqual(await response.json(), { error: "not logged in" });
      }
    });

    test("the session cookie is out of reach for scripts and other sites", async () => {
      const response = await fetch(stack.httpUrl);
      assert.match(
        response.headers.get("set-cookie"),
        /; HttpOnly; SameSite=Lax$/,
      );
    });

    test("torrents.json is the list that the daemon has", async () => {
      const { status, body } = await stack.get("/torrents.json");
      assert.equal(status, 200);
      const { torrents } = await stack.rpc.call("torrent-get", {
        fields: ["hashString", "name"],
      });
      const served = JSON.parse(body).torrents.map(({ hashString, name }) => ({
        hashString,
        name,
      }));
      assert.deepEqual(served, torrents);
    });
  });
}

describe("the helper", () => {
  let folder;
  let database;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "torrent-ws-token-"));
    fs.chmodSync(folder, 0o777);
    for (const file of ["htdocs/php/TorrentWsTokens.php", "conf/schema.sql"]) {
      fs.copyFileSync(
        path.join(repository, file),
        path.join(folder, path.basename(file)),
      );
    }
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const php = (code, ...args) =>
    runPhp(path.join(folder, "TorrentWsTokens.php"), code, ...args);
  const newDatabase = () => {
    database = path.join(
      fs.mkdtempSync(path.join(folder, "database-")),
      "tokens.sqlite",
    );
    fs.chmodSync(path.dirname(database), 0o777);
    return database;
  };
  const hashes = async (userId) =>
    JSON.parse(
      await php(
        `
      $rows = (new PDO('sqlite:' . $argv[1]))->prepare('SELECT token_hash FROM torrent_ws_token WHERE user_id = ?');
      $rows->execute([$argv[2]]);
      echo json_encode($rows->fetchAll(PDO::FETCH_COLUMN));`,
        database,
        userId,
      ),
    );

  test("makes a database that its group can write, in WAL mode", async () => {
    await php("new TorrentWsTokens($argv[1]);", newDatabase());
    assert.equal(fs.statSync(database).mode & 0o777, 0o660);
    const mode =
      "echo (new PDO('sqlite:' . $argv[1]))->query('PRAGMA journal_mode')->fetchColumn();";
    assert.equal(await php(mode, database), "wal");
  });

  test("keeps a bound on the unspent tokens of one user: the oldest make room", async () => {
    const issued = JSON.parse(
      await php(
        `
      foreach ([10, 20, 30, 40, 50] as $lifetime) {
          $tokens = new TorrentWsTokens($argv[1], lifetime: $lifetime, unspentLimit: 3);
          $issued[] = $tokens->issue('bound');
          $tokens->issue("other $lifetime");
      }
      echo json_encode($issued);`,
        newDatabase(),
      ),
    );
    assert.deepEqual(await hashes("bound"), issued.slice(2).map(sha256).sort());
    assert.equal((await hashes("other 10")).length, 1);
  });

  test("spent tokens do not count for that bound", async () => {
    const issued = JSON.parse(
      await php(
        `
      $tokens = new TorrentWsTokens($argv[1], unspentLimit: 1);
      $issued[] = $tokens->issue('bound');
      (new PDO('sqlite:' . $argv[1]))->exec('UPDATE torrent_ws_token SET spent_at = 1');
      $issued[] = $tokens->issue('bound');
      echo json_encode($issued);`,
        newDatabase(),
      ),
    );
    assert.deepEqual(await hashes("bound"), issued.map(sha256).sort());
  });

  test("revokes the tokens of one user only", async () => {
    await php(
      `
      $tokens = new TorrentWsTokens($argv[1]);
      $tokens->issue('leaves');
      $tokens->issue('stays');
      $tokens->revoke('leaves');`,
      newDatabase(),
    );
    assert.deepEqual(await hashes("leaves"), []);
    assert.equal((await hashes("stays")).length, 1);
  });

  test("sweeps what has expired", async () => {
    const token = await php(
      `
      (new TorrentWsTokens($argv[1], lifetime: -1))->issue('user');
      echo (new TorrentWsTokens($argv[1]))->issue('user');`,
      newDatabase(),
    );
    assert.deepEqual(await hashes("user"), [sha256(token)]);
  });

  const rows = async (table) =>
    JSON.parse(
      await php(
        `
      $rows = (new PDO('sqlite:' . $argv[1]))->query('SELECT * FROM ' . $argv[2] . ' ORDER BY 1', PDO::FETCH_ASSOC);
      echo json_encode($rows->fetchAll());`,
        database,
        table,
      ),
    );

  test("keeps whose the logins of the site are", async () => {
    await php(
      `
      $tokens = new TorrentWsTokens($argv[1]);
      $tokens->setLogin('alice', 245);
      $tokens->setLogin('bob', '7');
      $tokens->setLogin('bob', '8');
      $tokens->setLogin('gone', '9');
      $tokens->removeLogin('gone');`,
      newDatabase(),
    );
    assert.deepEqual(await rows("torrent_ws_login"), [
      { login: "alice", user_id: "245" },
      { login: "bob", user_id: "8" },
    ]);
  });

  test("keeps keys of WAMP-CRA: what PBKDF2 makes of the secret, with a salt of its own each time", async () => {
    await php(
      `
      $tokens = new TorrentWsTokens($argv[1]);
      $tokens->setKey(1, 'password');
      $tokens->setKey('2', 'password', iterations: 5000);
      $tokens->setKey('3', 'before');
      $tokens->setKey('3', 'plain secret', salted: false);
      $tokens->setKey('4', 'gone');
      $tokens->removeKey('4');`,
      newDatabase(),
    );
    const [first, second, plain, ...others] = await rows("torrent_ws_key");
    for (const [row, iterations] of [
      [first, 10000],
      [second, 5000],
    ]) {
      const key = pbkdf2Sync(
        "password",
        row.salt,
        iterations,
        32,
        "sha256",
      ).toString("base64");
      assert.deepEqual(
        { ...row, user_id: "" },
        { user_id: "", key, salt: row.salt, iterations, key_length: 32 },
      );
      assert.match(row.salt, /^[0-9a-f]{32}$/);
    }
    assert.notEqual(first.salt, second.salt);
    assert.deepEqual([first.user_id, second.user_id], ["1", "2"]);
    assert.deepEqual(plain, {
      user_id: "3",
      key: "plain secret",
      salt: null,
      iterations: null,
      key_length: null,
    });
    assert.deepEqual(others, []);
  });

  test("takes no empty secret", async () => {
    await assert.rejects(
      php("(new TorrentWsTokens($argv[1]))->setKey(1, '');", newDatabase()),
      /empty secret/,
    );
    assert.deepEqual(await rows("torrent_ws_key"), []);
  });

  test("adds its tables to a database that has tokens alone", async () => {
    await php(
      '(new TorrentWsTokens($argv[1]))->issue("stays");',
      newDatabase(),
    );
    await php(
      `
      (new PDO('sqlite:' . $argv[1]))->exec('DROP TABLE torrent_ws_login; DROP TABLE torrent_ws_key;');
      $tokens = new TorrentWsTokens($argv[1]);
      $tokens->setLogin('alice', 245);
      $tokens->setKey(245, 'password');`,
      database,
    );
    assert.equal((await rows("torrent_ws_login")).length, 1);
    assert.equal((await rows("torrent_ws_key")).length, 1);
    assert.equal((await hashes("stays")).length, 1);
  });

  test("many processes may make the database and issue at once", async () => {
    newDatabase();
    const issue =
      "$tokens = new TorrentWsTokens($argv[1]); foreach (range(1, 5) as $n) { $tokens->issue('crowd'); }";
    await Promise.all(Array.from({ length: 8 }, () => php(issue, database)));
    assert.equal((await hashes("crowd")).length, 40);
  });
});
