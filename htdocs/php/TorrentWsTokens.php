<?php

declare(strict_types=1);

/**
 * Issues the one-time tokens with which a page signs in to mod_torrent_ws, and keeps what else users may sign in with:
 * the site's own logins (TorrentWsLoginTable) and keys of WAMP-CRA.
 *
 * Copy this file and schema.sql into the site. The folder of the database belongs to a group that both
 * PHP and mod_torrent_ws's workers are in, and is set-group-id and writable for it, because SQLite puts
 * its -wal and -shm files beside the database.
 *
 * The database holds no token, only its hash: whoever reads it cannot sign in with what it says. A key is another matter.
 */
final class TorrentWsTokens
{
    private const TOKEN_BYTES = 32;
    private const BUSY_TIMEOUT_SECONDS = 5;
    private const SALT_BYTES = 16;
    private const KEY_BYTES = 32;

    private readonly PDO $database;

    /**
     * @param string $path         the file that the directive TorrentWsDatabase names
     * @param int    $lifetime     seconds in which a token must be used
     * @param int    $unspentLimit tokens that wait for their use, for each user; the oldest make room
     *
     * @throws PDOException when the database cannot be opened or made
     */
    public function __construct(
        string $path,
        string $schema = __DIR__ . '/schema.sql',
        private readonly int $lifetime = 60,
        private readonly int $unspentLimit = 50,
    ) {
        $isNew = !is_file($path);
        $this->database = new PDO('sqlite:' . $path, options: [
            PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
            PDO::ATTR_TIMEOUT => self::BUSY_TIMEOUT_SECONDS,
        ]);
        if ($isNew) {
            // SQLite gives the -wal and -shm files the same mode.
            chmod($path, 0660);
        }
        if (!$this->hasTables()) {
            $this->database->exec('PRAGMA journal_mode = WAL');
            $this->database->exec(file_get_contents($schema));
        }
    }

    /** Returns a new token for this user, in hexadecimal digits. */
    public function issue(int|string $userId): string
    {
        $token = bin2hex(random_bytes(self::TOKEN_BYTES));
        $now = time();

        $this->database->beginTransaction();
        try {
            $this->run('DELETE FROM torrent_ws_token WHERE expires_at <= ?', $now);
            $this->run(
                'DELETE FROM torrent_ws_token WHERE token_hash IN (
                     SELECT token_hash FROM torrent_ws_token WHERE user_id = ? AND spent_at IS NULL
                     ORDER BY expires_at DESC LIMIT -1 OFFSET ?)',
                (string) $userId,
                $this->unspentLimit - 1,
            );
            $this->run(
                'INSERT INTO torrent_ws_token (token_hash, user_id, expires_at) VALUES (?, ?, ?)',
                hash('sha256', $token),
                (string) $userId,
                $now + $this->lifetime,
            );
            $this->database->commit();
        } catch (PDOException $failure) {
            $this->database->rollBack();
            throw $failure;
        }

        return $token;
    }

    /** Takes back all tokens of this user, for example when they log out. */
    public function revoke(int|string $userId): void
    {
        $this->run('DELETE FROM torrent_ws_token WHERE user_id = ?', (string) $userId);
    }

    /** From now on this login of the site (the user name that httpd has) signs this user in. */
    public function setLogin(string $login, int|string $userId): void
    {
        $this->run('INSERT OR REPLACE INTO torrent_ws_login (login, user_id) VALUES (?, ?)', $login, (string) $userId);
    }

    /** This login signs nobody in any more. */
    public function removeLogin(string $login): void
    {
        $this->run('DELETE FROM torrent_ws_login WHERE login = ?', $login);
    }

    /**
     * From now on this user can sign in by WAMP-CRA with this secret.
     *
     * Salted, the database does not hold the secret itself, which may be a password that serves elsewhere, too; but
     * what it holds signs in as well. Where it is not salted, clients need not know how that is done.
     *
     * @param int $iterations of PBKDF2: the client's work at each sign-in, and that of who tries to guess the secret
     */
    public function setKey(int|string $userId, string $secret, bool $salted = true, int $iterations = 10000): void
    {
        if ($secret === '') {
            throw new ValueError('an empty secret would let everybody in');
        }
        if (!$salted) {
            $this->run('INSERT OR REPLACE INTO torrent_ws_key (user_id, key) VALUES (?, ?)', (string) $userId, $secret);
            return;
        }
        $salt = bin2hex(random_bytes(self::SALT_BYTES));
        $key = hash_pbkdf2('sha256', $secret, $salt, $iterations, self::KEY_BYTES, binary: true);
        $this->run(
            'INSERT OR REPLACE INTO torrent_ws_key (user_id, key, salt, iterations, key_length) VALUES (?, ?, ?, ?, ?)',
            (string) $userId,
            base64_encode($key),
            $salt,
            $iterations,
            self::KEY_BYTES,
        );
    }

    /** This user cannot sign in by WAMP-CRA any more. */
    public function removeKey(int|string $userId): void
    {
        $this->run('DELETE FROM torrent_ws_key WHERE user_id = ?', (string) $userId);
    }

    private function hasTables(): bool
    {
        return $this->database
            ->query("SELECT count(*) FROM sqlite_schema WHERE type = 'table'
                     AND name IN ('torrent_ws_token', 'torrent_ws_login', 'torrent_ws_key')")
            ->fetchColumn() === 3;
    }

    private function run(string $sql, int|string ...$values): void
    {
        $statement = $this->database->prepare($sql);
        foreach ($values as $index => $value) {
            // execute() would bind every value as text, which no number of seconds compares with.
            $statement->bindValue($index + 1, $value, is_int($value) ? PDO::PARAM_INT : PDO::PARAM_STR);
        }
        $statement->execute();
    }
}
