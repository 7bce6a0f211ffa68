#!/usr/bin/python3
"""A session of autobahn-python for a RemoteSession (remote-session.mjs): its messages are lines of standard input
and output.

autobahn_python.py FRAMEWORK SERIALIZER URL REALM [CERTIFICATE]   with asyncio or twisted; CERTIFICATE: what to trust
"""
import base64
import json
import ssl
import sys
import threading

import txaio

framework, serializer, url, realm, *certificate = sys.argv[1:]
# Standard output is for messages alone; the library logs there.
output, sys.stdout = sys.stdout, sys.stderr
if framework == 'asyncio':
    import asyncio

    from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
else:
    from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred
    from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates

from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import CallOptions, CallResult, PublishOptions, RegisterOptions, SubscribeOptions

SERIALIZERS = {'json': JsonSerializer, 'msgpack': MsgPackSerializer, 'cbor': CBORSerializer}
CANCELED = 'wamp.error.canceled'
DETAILS = ('topic', 'publisher', 'publisher_authid', 'publisher_authrole', 'retained',
           'procedure', 'caller', 'caller_authid', 'caller_authrole')


def to_json(value):
    # Bytes; a CBOR typed array, as JavaScript's libraries write bytes, is a tag with bytes.
    return {'$bytes': base64.b64encode(getattr(value, 'value', value)).decode()}


def from_json(value):
    return base64.b64decode(value['$bytes']) if '$bytes' in value else value


def tell(kind, about, **message):
    print(json.dumps({'kind': kind, 'about': about, **message}, default=to_json), file=output, flush=True)


def tell_error(about, error):
    if isinstance(error, ApplicationError):
        # The library adds what nobody sent.
        kwargs = {name: value for name, value in error.kwargs.items() if name not in ('enc_algo', 'callee')}
        tell('error', about, uri=error.error, args=list(error.args), kwargs=kwargs)
    else:
        uri = CANCELED if type(error).__name__ == 'CancelledError' else repr(error)
        tell('error', about, uri=uri, args=[], kwargs={})


def details_of(details):
    return {name: value for name in DETAILS if (value := getattr(details, name, None)) is not None}


def payload(args, kwargs):
    return {'args': list(args or ()), 'kwargs': kwargs or {}}


def result_of(result):
    if isinstance(result, CallResult):
        return payload(result.results, result.kwresults)
    return payload([] if result is None else [result], {})


def pending(on_interrupt):
    """The future result of an endpoint, which fails when the library cancels it for an INTERRUPT."""
    error = ApplicationError(CANCELED)
    if framework == 'twisted':
        def canceller(future):
            on_interrupt()
            future.errback(error)
        return Deferred(canceller)

    class Future(asyncio.Future):
        def cancel(self, msg=None):
            on_interrupt()
            self.set_exception(error)
            return True
    return Future(loop=loop)


def then(future, function):
    """The future of what the function makes of its value."""
    done = txaio.create_future()
    txaio.add_callbacks(future, lambda value: txaio.resolve(done, function(value)),
                        lambda failed: txaio.reject(done, failed))
    return done


class Session(ApplicationSession):
    def __init__(self, config=None):
        super().__init__(config)
        self.welcome = None
        self.ends, self.calls = {}, {}  # of commands
        self.results, self.progress = {}, {}  # of invocations

    def onJoin(self, details):
        welcome = {name: getattr(details, name) for name in ('realm', 'authid', 'authrole', 'authmethod')}
        self.welcome = {'id': details.session, 'details': welcome}
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        later = reactor.callFromThread if framework == 'twisted' else loop.call_soon_threadsafe
        for line in sys.stdin:
            later(self.act, json.loads(line, object_hook=from_json))
        later(self.disconnect)  # the test has ended

    def onLeave(self, details):
        print(f'left: {details.reason} {details.message}', file=sys.stderr)
        self.disconnect()

    def onDisconnect(self):
        if framework == 'asyncio':
            loop.stop()
        elif reactor.running:
            reactor.stop()

    def onUserError(self, failed, message):
        pass  # an endpoint that fails on purpose

    def act(self, message):
        command = message['command']
        try:
            done = getattr(self, f'do_{message["do"]}')(**message)
        except Exception as error:  # of the library, for what it does not send
            tell_error(command, error)
            return
        if txaio.is_future(done):
            txaio.add_callbacks(done, lambda value: tell('result', command, value=value),
                                lambda failed: tell_error(command, failed.value))
        else:
            tell('result', command, value=done)

    def do_join(self, **_):
        return self.welcome

    def do_subscribe(self, command, topic, options=None, **_):
        def on_event(*args, details=None, **kwargs):
            tell('event', command, details=details_of(details), **payload(args, kwargs))

        def subscribed(subscription):
            self.ends[command] = subscription.unsubscribe
            return {'id': subscription.id}
        options = SubscribeOptions(details_arg='details', **(options or {}))
        return then(self.subscribe(on_event, topic, options), subscribed)

    def do_publish(self, topic, args, kwargs, options=None, **_):
        options = PublishOptions(acknowledge=True, **(options or {}))
        return then(self.publish(topic, *args, options=options, **kwargs), lambda _: None)

    def do_call(self, command, procedure, args, kwargs, progress, options=None, **_):
        def on_progress(*args, **kwargs):
            tell('progress', command, **payload(args, kwargs))
        options = CallOptions(on_progress=on_progress if progress else None, **(options or {}))
        self.calls[command] = self.call(procedure, *args, options=options, **kwargs)
        return then(self.calls[command], result_of)

    def do_cancel(self, call, **_):
        self.calls[call].cancel()  # the library sends no mode
        if framework == 'asyncio':
            tell('error', call, uri=CANCELED, args=[], kwargs={})  # a future's cancellation calls back nobody

    def do_register(self, command, procedure, options=None, **_):
        def endpoint(*args, details=None, **kwargs):
            invocation = len(self.results) + 1
            self.results[invocation] = pending(lambda: tell('interrupt', invocation))
            self.progress[invocation] = details.progress
            tell('invocation', command, invocation=invocation, details=details_of(details),
                 progress=bool(details.progress), **payload(args, kwargs))
            return self.results[invocation]

        def registered(registration):
            self.ends[command] = registration.unregister
            return {'id': registration.id}
        options = RegisterOptions(details_arg='details', **(options or {}))
        return then(self.register(endpoint, procedure, options), registered)

    def do_answer(self, invocation, kind, uri=None, args=(), kwargs=None, **_):
        result = self.results[invocation]
        if kind == 'progress':
            self.progress[invocation](*args, **(kwargs or {}))
        elif txaio.is_called(result):
            pass  # it was interrupted
        elif kind == 'result':
            txaio.resolve(result, CallResult(*args, **(kwargs or {})))
        else:
            txaio.reject(result, ApplicationError(uri, *args, **(kwargs or {})))

    def do_end(self, ended, **_):
        return then(self.ends.pop(ended)(), lambda _: None)

    def do_close(self, **_):
        self.leave()


def trust():
    if not certificate:
        return None
    with open(certificate[0]) as file:
        pem = file.read()
    if framework == 'asyncio':
        return ssl.create_default_context(cadata=pem)
    return optionsForClientTLS('localhost', trustRootFromCertificates([Certificate.loadPEM(pem)]))


ApplicationRunner(url, realm, serializers=[SERIALIZERS[serializer]()], ssl=trust()).run(Session)
