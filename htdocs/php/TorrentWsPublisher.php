<?php

declare(strict_types=1);

/**
 * Publishes events to the browsers that are connected to mod_torrent_ws: over HTTP, a Unix socket or ZeroMQ. Which
 * topics, say lines of TorrentWsAllow with role=publisher.
 *
 * Copy this file into the site; it needs PHP 7.3 and no library. ZeroMQ needs the extension zmq.
 */
final class TorrentWsPublisher
{
    /** @var callable(string): ?string sends a JSON text, and gives the answer's, where there is one */
    private $send;

    private function __construct(callable $send)
    {
        $this->send = $send;
    }

    /**
     * To a <Location> with SetHandler torrent-ws-publish, from any machine.
     *
     * @param string $key    the name that TorrentWsPublishKey gives the secret
     * @param string $secret the first line of its file
     */
    public static function http(string $url, string $key, string $secret, float $timeout = 10.0): self
    {
        return new self(static function (string $json) use ($url, $key, $secret, $timeout): string {
            $context = stream_context_create(['http' => [
                'method' => 'POST',
                'header' => 'Content-Type: application/json',
                'content' => $json,
                'timeout' => $timeout,
                'ignore_errors' => true,
            ]]);
            $answer = @file_get_contents($url . '?' . self::signature($key, $secret, $json), false, $context);
            if ($answer === false) {
                // Without "file_get_contents(…): ", which shows the signature.
                $why = preg_replace('/^.*\): /s', '', error_get_last()['message'] ?? 'unknown');
                throw new RuntimeException("No answer from $url: $why");
            }
            return $answer;
        });
    }

    /** To the socket of TorrentWsPublishSocket. The connection is kept for further events. */
    public static function unix(string $path, float $timeout = 10.0): self
    {
        $socket = null;
        return new self(static function (string $json) use (&$socket, $path, $timeout): string {
            if ($socket === null || feof($socket)) {
                $socket = @stream_socket_client("unix://$path", $code, $message, $timeout) ?: null;
                if ($socket === null) {
                    throw new RuntimeException("Cannot connect to $path: $message");
                }
                stream_set_timeout($socket, (int) ceil($timeout));
            }
            // Who may not connect is told why, and then nothing is read from him.
            @fwrite($socket, "$json\n");
            $line = fgets($socket);
            // A part of one came too late: the rest of it would be taken for the next answer.
            if ($line === false || substr($line, -1) !== "\n") {
                $socket = null;
                throw new RuntimeException("No answer on $path: it may have been published or not");
            }
            return $line;
        });
    }

    /**
     * To the endpoint of TorrentWsZmqBind. There is no answer, and nobody tells whether it arrived.
     *
     * @param int $linger milliseconds that the end of the script may wait for what is not sent yet
     */
    public static function zmq(string $endpoint, int $linger = 1000): self
    {
        $socket = (new ZMQContext())->getSocket(ZMQ::SOCKET_PUSH);
        $socket->setSockOpt(ZMQ::SOCKOPT_LINGER, $linger);
        $socket->connect($endpoint);
        return new self(static function (string $json) use ($socket, $endpoint): ?string {
            if ($socket->send($json, ZMQ::MODE_DONTWAIT) === false) {
                throw new RuntimeException("Too much waits to be sent to $endpoint");
            }
            return null;
        });
    }

    /**
     * Publishes one event.
     *
     * @param array<string, mixed> $options exclude, eligible (session ids), both with _authid (user ids) and _authrole,
     *                                      and retain
     *
     * @return array{id: int, receivers: int}|null what was published, and to how many sessions it went; null over ZeroMQ
     *
     * @throws RuntimeException when it was not published, with WAMP's error URI in the message
     */
    public function publish(string $topic, array $args = [], array $kwargs = [], array $options = []): ?array
    {
        $answer = $this->ask(self::event($topic, $args, $kwargs, $options));
        if (isset($answer['error'])) {
            throw new RuntimeException($answer['error'] . ': ' . ($answer['message'] ?? ''));
        }
        return $answer;
    }

    /**
     * Publishes up to a thousand events at once. One that is wrong does not stop the others.
     *
     * @param array<array{topic: string, args?: array, kwargs?: array, options?: array}> $events
     *
     * @return array<array>|null for each what publish() gives, or its error and message; null over ZeroMQ
     */
    public function publishAll(array $events): ?array
    {
        $answer = $this->ask(array_map(static function (array $event): array {
            return self::event($event['topic'], $event['args'] ?? [], $event['kwargs'] ?? [], $event['options'] ?? []);
        }, array_values($events)));
        if (isset($answer['error'])) {
            throw new RuntimeException($answer['error'] . ': ' . ($answer['message'] ?? ''));
        }
        return $answer;
    }

    private function ask(array $content): ?array
    {
        $answer = ($this->send)(json_encode($content, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES));
        if ($answer === null) {
            return null;
        }
        $decoded = json_decode($answer, true);
        if (!is_array($decoded)) {
            throw new RuntimeException('No answer of mod_torrent_ws: ' . substr($answer, 0, 200));
        }
        return $decoded;
    }

    // An empty array would be a list in JSON.
    private static function event(string $topic, array $args, array $kwargs, array $options): array
    {
        return [
            'topic' => $topic,
            'args' => array_values($args),
            'kwargs' => (object) $kwargs,
            'options' => (object) $options,
        ];
    }

    // The parameters that sign a request, as Crossbar.io has them.
    private static function signature(string $key, string $secret, string $body): string
    {
        $parts = [
            'key' => $key,
            'timestamp' => (new DateTime('now', new DateTimeZone('UTC')))->format('Y-m-d\TH:i:s.v\Z'),
            'seq' => '1',
            'nonce' => (string) random_int(0, 2 ** 53),
        ];
        $digest = hash_hmac('sha256', implode('', $parts) . $body, $secret, true);
        return http_build_query($parts + ['signature' => strtr(base64_encode($digest), '+/', '-_')]);
    }
}
