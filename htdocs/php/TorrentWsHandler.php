<?php

declare(strict_types=1);

/**
 * The site's own code behind topics and procedures of mod_torrent_ws (TorrentWsHandler), with the seven events of
 * Ratchet's WampServerInterface. Extend TorrentWsHandler, and call run() (docs/handlers.md); the same program is a
 * worker of a job queue with runZmq().
 *
 * Copy this file into the site. PHP 7.2 or later; runZmq() needs the extension zmq.
 */
abstract class TorrentWsHandler
{
    /** @var TorrentWsChannel */
    private $channel;
    /** @var array<int, TorrentWsConnection> by session */
    private $connections = [];
    /** @var array<string, TorrentWsTopic> those with subscribers, by match and name */
    private $topics = [];

    /**
     * @var bool whether clients may subscribe to patterns, which onSubscribe() sees by $topic->match: its getId() is
     *           then no topic's name but, say, the beginning of many
     */
    protected $takesPatterns = false;

    /** Somebody has connected; or was there when this program began. */
    public function onOpen(TorrentWsConnection $conn)
    {
    }

    /** A connection has ended, with all its subscriptions. */
    public function onClose(TorrentWsConnection $conn)
    {
    }

    /** A method of this class failed for this connection, or the server had to refuse it something. */
    public function onError(TorrentWsConnection $conn, Exception $e)
    {
    }

    /** May throw TorrentWsRefusal. $conn->accept() lets it subscribe before the method ends. */
    public function onSubscribe(TorrentWsConnection $conn, TorrentWsTopic $topic)
    {
    }

    public function onUnSubscribe(TorrentWsConnection $conn, TorrentWsTopic $topic)
    {
    }

    /**
     * May throw TorrentWsRefusal. True: the server publishes it as it came. Else nothing is published but what this
     * method says itself, with $topic->broadcast().
     *
     * @param mixed $event    the only argument; where there are only kwargs, these; else ['args' => …, 'kwargs' => …]
     * @param int[] $exclude  sessions that are not to get it; the publisher among them, unless it wants its own event
     * @param int[] $eligible sessions that alone are to get it; empty: all
     */
    public function onPublish(TorrentWsConnection $conn, TorrentWsTopic $topic, $event, array $exclude, array $eligible)
    {
        return true;
    }

    /**
     * The result is what it returns, unless $conn->callResult() or $conn->callError() has answered before. May throw
     * TorrentWsRefusal.
     *
     * @param array $params the call's args; behind them its kwargs, if it has any
     */
    public function onCall(TorrentWsConnection $conn, $id, TorrentWsTopic $topic, array $params)
    {
        throw new TorrentWsRefusal("no procedure $topic", 'wamp.error.no_such_procedure');
    }

    /** Serves as a process of TorrentWsHandler's, until the server ends it. */
    final public function run(): void
    {
        $this->serve(new TorrentWsSocketChannel());
    }

    /**
     * Serves as a worker of a queue, from anywhere.
     *
     * @param string $jobs    the address of TorrentWsHandler, such as tcp://127.0.0.1:5556
     * @param string $results the address of TorrentWsZmqBind
     * @param string[] $curve with TorrentWsZmqCurve: the server's public key, one's own public and secret ones
     */
    final public function runZmq(string $jobs, string $results, array $curve = []): void
    {
        $this->serve(new TorrentWsZmqChannel($jobs, $results, $curve));
    }

    /** The topic of this name, to publish to. */
    final public function topic(string $name): TorrentWsTopic
    {
        return $this->find($name, 'exact');
    }

    private function find(string $name, string $match): TorrentWsTopic
    {
        return $this->topics["$match $name"] ?? new TorrentWsTopic($this->channel, $name, $match);
    }

    private function serve(TorrentWsChannel $channel): void
    {
        $this->channel = $channel;
        while (($frame = $channel->receive()) !== null) {
            [$header, $body] = $frame;
            if ($header['type'] === 'configure') {
                $channel->send(['type' => 'ready', 'protocol' => 1, 'pid' => getmypid(), 'events' => $this->events()]);
            } elseif ($header['type'] === 'job' || $header['type'] === 'event') {
                $this->handle($header, $body);
            }
        }
    }

    /** Those that are not overridden need not be asked for. */
    private function events(): array
    {
        $events = ['open', 'close', 'subscribe', 'unsubscribe'];
        foreach (['publish' => 'onPublish', 'call' => 'onCall', 'error' => 'onError'] as $event => $method) {
            if ((new ReflectionMethod($this, $method))->getDeclaringClass()->getName() !== self::class) {
                $events[] = $event;
            }
        }
        return $events;
    }

    private function handle(array $header, array $body): void
    {
        $conn = $this->connections[$body['session']] ?? new TorrentWsConnection($this->channel, $body);
        $conn->begin($body, $header['type'] === 'job' ? $header : null);
        try {
            $conn->answer($this->dispatch($header['name'], $conn, $body));
        } catch (TorrentWsRefusal $refusal) {
            $conn->refuse($refusal->uri, $refusal->getMessage());
        } catch (Throwable $e) {
            error_log((string) $e);
            $conn->refuse('torrent_ws.error.handler_failed', 'the site\'s code failed');
            $this->tellError($conn, $e instanceof Exception ? $e : new RuntimeException($e->getMessage(), 0, $e));
        }
    }

    /** What fails there is not told again. */
    private function tellError(TorrentWsConnection $conn, Exception $e): void
    {
        try {
            $this->onError($conn, $e);
        } catch (Throwable $another) {
            error_log((string) $another);
        }
    }

    /** What the server is answered, as [header members, args, kwargs]. */
    private function dispatch(string $name, TorrentWsConnection $conn, array $body): array
    {
        $topic = $this->find($body['topic'] ?? $body['procedure'] ?? '', $body['match'] ?? 'exact');
        if ($topic->match !== 'exact' && !$this->takesPatterns) {
            throw new TorrentWsRefusal('subscribe to topics, not to patterns', 'wamp.error.option_not_allowed');
        }
        switch ($name) {
            case 'open':
                $this->connections[$conn->sessionId] = $conn;
                $this->onOpen($conn);
                break;
            case 'close':
                unset($this->connections[$conn->sessionId]);
                foreach ($this->topics as $left) {
                    $this->remove($conn, $left);
                }
                $this->onClose($conn);
                break;
            case 'error':
                $this->tellError($conn, new TorrentWsRefusal($body['message'], $body['error']));
                break;
            case 'subscribe':
                $this->onSubscribe($conn, $topic);
                $topic->add($conn);
                $this->topics["$topic->match $topic"] = $topic;
                break;
            case 'unsubscribe':
                $this->remove($conn, $topic);
                $this->onUnSubscribe($conn, $topic);
                break;
            case 'publish':
                $options = $body['options'];
                $event = self::event($body['args'], $body['kwargs']);
                $exclude = $options['exclude'] ?? [];
                if ($options['exclude_me'] ?? true) {
                    $exclude[] = $conn->sessionId;
                }
                $passOn = $this->onPublish($conn, $topic, $event, $exclude, $options['eligible'] ?? []);
                return [['publish' => $passOn === true]];
            case 'call':
                $params = $body['kwargs'] === [] ? $body['args'] : array_merge($body['args'], [$body['kwargs']]);
                return [[], [$this->onCall($conn, $conn->jobId(), $topic, $params)]];
        }
        return [[]];
    }

    private function remove(TorrentWsConnection $conn, TorrentWsTopic $topic): void
    {
        $topic->remove($conn);
        if (count($topic) === 0) {
            unset($this->topics["$topic->match $topic"]);
        }
    }

    private static function event(array $args, array $kwargs)
    {
        if ($kwargs === []) {
            return count($args) === 1 ? $args[0] : $args;
        }
        return $args === [] ? $kwargs : ['args' => $args, 'kwargs' => $kwargs];
    }
}

/** One client. The same object from onOpen to onClose, so that it may carry what the site knows of it. */
#[AllowDynamicProperties]
final class TorrentWsConnection
{
    /** @var int */
    public $sessionId;
    /** @var string the user id; empty: nobody has signed in */
    public $user;
    /** @var string anonymous, user or admin */
    public $role;
    /** @var string */
    public $address;

    /** @var TorrentWsChannel */
    private $channel;
    /** @var array|null the job's header, until it is answered */
    private $job;

    public function __construct(TorrentWsChannel $channel, array $who)
    {
        $this->channel = $channel;
        $this->sessionId = $who['session'];
        $this->address = $who['address'];
    }

    /** Sends an event to this connection alone, if it is subscribed to the topic. */
    public function event($topic, $event): void
    {
        (new TorrentWsTopic($this->channel, (string) $topic))->broadcast($event, [], [$this->sessionId]);
    }

    /**
     * Ends the connection, if it is subscribed to one of the handler's topics or waits for it. A worker of a queue can do
     * so until it has answered, with accept() too.
     */
    public function close(string $reason = ''): void
    {
        $this->channel->send(['type' => 'close', 'session' => $this->sessionId, 'reason' => $reason] + $this->ofJob());
    }

    public function callResult($id, $data): void
    {
        $this->answer([[], [$data]]);
    }

    public function callError($id, $topic, string $description = '', string $uri = 'torrent_ws.error.handler_failed'): void
    {
        $this->refuse($uri, $description);
    }

    /** Of onSubscribe: the client is subscribed from now on, while the method goes on. */
    public function accept(): void
    {
        $this->answer([[]]);
    }

    /** For TorrentWsHandler. */
    public function begin(array $who, ?array $job): void
    {
        // Who was nobody may have signed in since.
        $this->user = $who['user'];
        $this->role = $who['role'];
        $this->job = $job;
    }

    /** For TorrentWsHandler. */
    public function jobId()
    {
        return $this->job['id'] ?? null;
    }

    /** For TorrentWsHandler: [header members, args]. What is answered already, or no job, is not. */
    public function answer(array $answer): void
    {
        $this->end(['type' => 'result'] + $answer[0], isset($answer[1]) ? [$answer[1]] : null);
    }

    /** For TorrentWsHandler. */
    public function refuse(string $uri, string $message): void
    {
        $this->end(['type' => 'error', 'error' => $uri, 'message' => $message], null);
    }

    private function end(array $header, ?array $body): void
    {
        if ($this->job !== null) {
            $this->channel->send($header + $this->ofJob(), $body);
            $this->job = null;
        }
    }

    private function ofJob(): array
    {
        return $this->job === null ? [] : ['id' => $this->job['id'], 'attempt' => $this->job['attempt']];
    }
}

/** A topic, or a procedure's name. Its connections are those that subscribed at this process. */
final class TorrentWsTopic implements IteratorAggregate, Countable
{
    /** @var string exact; or prefix or wildcard: it is no topic but a pattern of many */
    public $match;

    /** @var TorrentWsChannel */
    private $channel;
    /** @var string */
    private $id;
    /** @var array<int, TorrentWsConnection> */
    private $subscribers = [];

    public function __construct(TorrentWsChannel $channel, string $id, string $match = 'exact')
    {
        $this->channel = $channel;
        $this->id = $id;
        $this->match = $match;
    }

    public function getId(): string
    {
        return $this->id;
    }

    public function __toString(): string
    {
        return $this->id;
    }

    /**
     * @param mixed $event
     * @param int[] $exclude  sessions that are not to get it
     * @param int[] $eligible sessions that alone are to get it; empty: all
     */
    public function broadcast($event, array $exclude = [], array $eligible = []): void
    {
        $sessions = ['exclude' => array_values($exclude), 'eligible' => array_values($eligible)];
        $this->publish([$event], [], array_filter($sessions));
    }

    /** To one user, wherever that user is connected. */
    public function toUser(string $user, $event): void
    {
        $this->publish([$event], [], ['eligible_authid' => [$user]]);
    }

    /** With the options of WAMP's PUBLISH: exclude, eligible, exclude_authid, eligible_authid, …, retain. */
    public function publish(array $args, array $kwargs = [], array $options = []): void
    {
        $publication = ['topic' => $this->id, 'args' => $args, 'kwargs' => (object) $kwargs, 'options' => (object) $options];
        $this->channel->send(['type' => 'publish'], $publication);
    }

    public function has(TorrentWsConnection $conn): bool
    {
        return isset($this->subscribers[$conn->sessionId]);
    }

    public function count(): int
    {
        return count($this->subscribers);
    }

    public function getIterator(): Iterator
    {
        return new ArrayIterator($this->subscribers);
    }

    /** For TorrentWsHandler. */
    public function add(TorrentWsConnection $conn): void
    {
        $this->subscribers[$conn->sessionId] = $conn;
    }

    /** For TorrentWsHandler. */
    public function remove(TorrentWsConnection $conn): void
    {
        unset($this->subscribers[$conn->sessionId]);
    }
}

/** What the client is told: an error with this URI and message. */
class TorrentWsRefusal extends Exception
{
    /** @var string */
    public $uri;

    public function __construct(string $message, string $uri = 'wamp.error.not_authorized')
    {
        parent::__construct($message);
        $this->uri = $uri;
    }
}

/** Frames of the worker protocol (docs/worker-protocol.md). */
abstract class TorrentWsChannel
{
    /** Waits for [header, body]; null: the server has gone. */
    abstract public function receive(): ?array;

    abstract public function send(array $header, ?array $body = null): void;

    final protected static function decode(string $header, string $body): array
    {
        return [json_decode($header, true), $body === '' ? [] : json_decode($body, true, 512, JSON_BIGINT_AS_STRING)];
    }

    /** Its messages are for people, and may come from anywhere. */
    final protected static function encodeHeader(array $header): string
    {
        return self::encode($header, JSON_INVALID_UTF8_SUBSTITUTE);
    }

    final protected static function encode(?array $value, int $flags = 0): string
    {
        if ($value === null) {
            return '';
        }
        $flags |= JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION;
        $json = json_encode($value, $flags);
        if ($json === false) {
            throw new InvalidArgumentException('not JSON: ' . json_last_error_msg());
        }
        return $json;
    }
}

/** The stream socket that is descriptor 0 at first. */
final class TorrentWsSocketChannel extends TorrentWsChannel
{
    private $socket;
    private $standardInput;

    public function __construct()
    {
        $this->socket = fopen('php://fd/0', 'r+');
        if ($this->socket === false) {
            throw new RuntimeException('no socket: this program is started by TorrentWsHandler');
        }
        stream_set_timeout($this->socket, 86400);
        // Programs that the site's code starts read from descriptor 0, which the next file to be opened becomes.
        fclose(STDIN);
        $this->standardInput = fopen('/dev/null', 'r');
    }

    public function receive(): ?array
    {
        $lengths = $this->read(8);
        if ($lengths === null) {
            return null;
        }
        ['header' => $header, 'body' => $body] = unpack('Nheader/Nbody', $lengths);
        $bytes = $this->read($header + $body);
        return $bytes === null ? null : self::decode(substr($bytes, 0, $header), substr($bytes, $header));
    }

    public function send(array $header, ?array $body = null): void
    {
        [$header, $body] = [self::encodeHeader($header), self::encode($body)];
        $bytes = pack('NN', strlen($header), strlen($body)) . $header . $body;
        for ($sent = 0; $sent < strlen($bytes); $sent += $written) {
            $written = fwrite($this->socket, $sent === 0 ? $bytes : substr($bytes, $sent));
            if ($written === false || $written === 0) {
                exit(0); // the server has gone
            }
        }
    }

    private function read(int $size): ?string
    {
        $bytes = '';
        while (strlen($bytes) < $size) {
            $more = fread($this->socket, $size - strlen($bytes));
            if ($more !== false && $more !== '') {
                $bytes .= $more;
            } elseif (!stream_get_meta_data($this->socket)['timed_out']) {
                return null;
            }
        }
        return $bytes;
    }
}

/** Jobs come from the server's PUSH socket, results go to its PULL socket. */
final class TorrentWsZmqChannel extends TorrentWsChannel
{
    private $jobs;
    private $results;

    public function __construct(string $jobs, string $results, array $curve)
    {
        $this->jobs = self::connected(ZMQ::SOCKET_PULL, $jobs, $curve);
        $this->results = self::connected(ZMQ::SOCKET_PUSH, $results, $curve);
    }

    private static function connected(int $type, string $address, array $curve): ZMQSocket
    {
        $socket = new ZMQSocket(new ZMQContext(), $type);
        if ($type === ZMQ::SOCKET_PULL) {
            // Jobs that wait are anybody's.
            $socket->setSockOpt(ZMQ::SOCKOPT_RCVHWM, 1);
        }
        if ($curve !== []) {
            $socket->setSockOpt(ZMQ::SOCKOPT_CURVE_SERVERKEY, $curve[0]);
            $socket->setSockOpt(ZMQ::SOCKOPT_CURVE_PUBLICKEY, $curve[1]);
            $socket->setSockOpt(ZMQ::SOCKOPT_CURVE_SECRETKEY, $curve[2]);
        }
        return $socket->connect($address);
    }

    public function receive(): ?array
    {
        [$header, $body] = $this->jobs->recvMulti();
        return self::decode($header, $body);
    }

    public function send(array $header, ?array $body = null): void
    {
        // What is published is no result of a job, but like any other message to this address.
        if ($header['type'] === 'publish') {
            $this->results->sendmulti([self::encode($body)]);
            return;
        }
        if (!isset($header['id'])) {
            throw new LogicException('a worker of a queue says this before it has answered, not later: ' . $header['type']);
        }
        $this->results->sendmulti([self::encodeHeader($header), self::encode($body)]);
    }
}
