-- The database: one-time tokens, the site's own logins, keys, what users chose about their pages, and who added which torrents. Whoever comes
-- first creates it, the PHP helper or a worker, with this same text; both use journal mode WAL.
--
-- Issue:  INSERT INTO torrent_ws_token (token_hash, user_id, expires_at) VALUES (…)
-- Redeem: one UPDATE that also spends (worker/token_store.cpp)
-- Revoke: DELETE FROM torrent_ws_token WHERE user_id = …

CREATE TABLE IF NOT EXISTS torrent_ws_token (
  token_hash TEXT    PRIMARY KEY,  -- SHA-256 of the token, lower-case hex; the token itself is stored nowhere
  user_id    TEXT    NOT NULL,     -- the site's user id, as the client gives it when it signs in
  expires_at INTEGER NOT NULL,     -- Unix seconds; not valid from this second on
  spent_at   INTEGER,              -- Unix seconds; NULL while the token can be used
  spent_by   TEXT                  -- the attempt that spent it: it alone may repeat itself after a worker's death
) WITHOUT ROWID;

-- For the sweep of expired tokens.
CREATE INDEX IF NOT EXISTS torrent_ws_token_expiry ON torrent_ws_token (expires_at);

-- For the bound on one user's unspent tokens, and to revoke them.
CREATE INDEX IF NOT EXISTS torrent_ws_token_user ON torrent_ws_token (user_id);

-- Whose the site's own logins (httpd's Require and AuthType) are, with TorrentWsLoginTable On.
CREATE TABLE IF NOT EXISTS torrent_ws_login (
  login   TEXT PRIMARY KEY,        -- the user name that httpd has
  user_id TEXT NOT NULL            -- the site's user id
) WITHOUT ROWID;

-- With what users sign in by WAMP-CRA (wamp-proto, advanced profile, "Challenge Response Authentication"). Who reads
-- a key can sign in with it.
CREATE TABLE IF NOT EXISTS torrent_ws_key (
  user_id    TEXT PRIMARY KEY,     -- the site's user id, as the client gives it in authid
  key        TEXT NOT NULL,        -- the shared secret; where salted, what PBKDF2 with SHA-256 makes of it, in base64
  salt       TEXT,                 -- NULL: not salted. Clients take its bytes as they are here, not decoded
  iterations INTEGER,              -- NULL: 1000
  key_length INTEGER               -- bytes before base64; NULL: 32
) WITHOUT ROWID;

-- What users chose about their pages (preferences.set), for all of their pages.
CREATE TABLE IF NOT EXISTS torrent_ws_preference (
  user_id TEXT NOT NULL,           -- the site's user id
  name    TEXT NOT NULL,
  value   TEXT NOT NULL,           -- JSON
  PRIMARY KEY (user_id, name)
) WITHOUT ROWID;

-- Who added torrents (torrent.add). A row goes when its torrent does. The site's own programs may write here, too: a row with
-- another user gives the torrent to him, which the pages see within half a minute.
CREATE TABLE IF NOT EXISTS torrent_ws_owner (
  daemon  TEXT NOT NULL,           -- its name in TorrentWsBackend
  hash    TEXT NOT NULL,           -- the torrent's, lower-case hex
  user_id TEXT NOT NULL,           -- the site's user id
  PRIMARY KEY (daemon, hash)
) WITHOUT ROWID;
