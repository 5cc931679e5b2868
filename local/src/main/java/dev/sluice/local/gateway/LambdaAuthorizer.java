package dev.sluice.local.gateway;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.sluice.local.invoke.InvokeResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Asks a function who is calling, and remembers the answer for the same identity.
///
/// Thread-safe.
final class LambdaAuthorizer {
    private static final int MOST_REMEMBERED = 10_000;

    private final Settings settings;
    private final InstantSource clock;
    private final List<ReentrantLock> locks =
            Stream.generate(ReentrantLock::new).limit(64).toList();
    private final Map<List<String>, Remembered> cache =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<List<String>, Remembered> eldest) {
                    return size() > MOST_REMEMBERED;
                }
            };

    LambdaAuthorizer(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /// An authorizer as the document declares it.
    ///
    /// @param token whether the function gets the token alone, else the request
    record Settings(
            String function,
            boolean token,
            List<IdentitySource> identity,
            Optional<Pattern> validation,
            Duration timeToLive) {}

    /// Where a piece of the identity comes from.
    record IdentitySource(Kind kind, String name) {
        enum Kind {
            HEADER,
            QUERY,
            STAGE_VARIABLE
        }
    }

    private record Remembered(Principal principal, Instant until) {}

    /// Who is asking; refused if that is not known, or not allowed to call this method.
    Principal authorize(Call call, Routes.Match match, RestApi api, Backend backend)
            throws RefusedException, InterruptedException {
        var identity = identity(call, api);
        var methodArn = api.methodArn(call.method(), call.path());
        var principal = known(identity, methodArn, call, match, api, backend);
        switch (principal.policy().verdict(methodArn)) {
            case ALLOWED -> {}
            case EXPLICITLY_DENIED ->
                    throw new RefusedException(
                            ResponseType.ACCESS_DENIED,
                            "User is not authorized to access this resource with an explicit deny");
            case NOT_ALLOWED -> throw new RefusedException(ResponseType.ACCESS_DENIED);
        }
        return principal;
    }

    /// A crowd that comes with one token asks once: each question may start a process here.
    private Principal known(
            List<String> identity,
            String methodArn,
            Call call,
            Routes.Match match,
            RestApi api,
            Backend backend)
            throws RefusedException, InterruptedException {
        if (settings.timeToLive().isZero()) {
            return ask(identity, methodArn, call, match, api, backend);
        }
        var lock = locks.get(Math.floorMod(identity.hashCode(), locks.size()));
        lock.lockInterruptibly();
        try {
            var there = remembered(identity);
            return there.isPresent()
                    ? there.get()
                    : ask(identity, methodArn, call, match, api, backend);
        } finally {
            lock.unlock();
        }
    }

    private List<String> identity(Call call, RestApi api) throws RefusedException {
        var identity = new ArrayList<String>();
        for (var source : settings.identity()) {
            var value =
                    switch (source.kind()) {
                        case HEADER -> call.header(source.name());
                        case QUERY ->
                                Optional.ofNullable(call.query().get(source.name()))
                                        .map(List::getLast);
                        case STAGE_VARIABLE ->
                                Optional.ofNullable(api.stageVariables().get(source.name()));
                    };
            if (value.isEmpty() || value.get().isEmpty()) {
                throw new RefusedException(ResponseType.UNAUTHORIZED);
            }
            identity.add(value.get());
        }
        var validation = settings.validation();
        if (validation.isPresent() && !validation.get().matcher(identity.getFirst()).matches()) {
            throw new RefusedException(ResponseType.UNAUTHORIZED);
        }
        return identity;
    }

    private Optional<Principal> remembered(List<String> identity) {
        synchronized (cache) {
            var there = cache.get(identity);
            if (there == null || identity.isEmpty() || !clock.instant().isBefore(there.until())) {
                cache.remove(identity);
                return Optional.empty();
            }
            return Optional.of(there.principal());
        }
    }

    private Principal ask(
            List<String> identity,
            String methodArn,
            Call call,
            Routes.Match match,
            RestApi api,
            Backend backend)
            throws RefusedException, InterruptedException {
        var event =
                settings.token()
                        ? tokenEvent(identity.getFirst(), methodArn)
                        : new ProxyEvent(api, call, match).authorizerEvent(methodArn);
        var result = backend.invoke(settings.function(), event);
        var principal =
                switch (result) {
                    case InvokeResult.Success(var _, var payload, var _) -> principal(payload);
                    case InvokeResult.FunctionError(var _, var payload, var _) ->
                            throw failure(payload);
                    case InvokeResult.Throttled _ ->
                            throw new RefusedException(ResponseType.AUTHORIZER_FAILURE);
                };
        if (!settings.timeToLive().isZero()) {
            synchronized (cache) {
                var until = clock.instant().plus(settings.timeToLive());
                cache.put(List.copyOf(identity), new Remembered(principal, until));
            }
        }
        return principal;
    }

    private static byte[] tokenEvent(String token, String methodArn) {
        var event = new LinkedHashMap<String, Object>();
        event.put("type", "TOKEN");
        event.put("methodArn", methodArn);
        event.put("authorizationToken", token);
        return Json.bytes(event);
    }

    /// `Unauthorized`, to the letter, is how a function says that it knows nobody.
    private static RefusedException failure(byte[] payload) {
        var text = new String(payload, StandardCharsets.UTF_8);
        try {
            if ("Unauthorized".equals(JSON.std.mapFrom(text).get("errorMessage"))) {
                return new RefusedException(ResponseType.UNAUTHORIZED);
            }
        } catch (IOException notJson) {
            // a failure like any other
        }
        return new RefusedException(ResponseType.AUTHORIZER_FAILURE);
    }

    private static Principal principal(byte[] payload) throws RefusedException {
        try {
            var answer = JSON.std.mapFrom(new String(payload, StandardCharsets.UTF_8));
            if (!(answer.get("principalId") instanceof String principalId)) {
                throw new IllegalArgumentException("no principalId");
            }
            return new Principal(
                    principalId,
                    Policy.read(answer.get("policyDocument")),
                    context(answer.get("context")),
                    Optional.ofNullable(answer.get("usageIdentifierKey")).map(Object::toString));
        } catch (IOException | IllegalArgumentException malformed) {
            throw new RefusedException(ResponseType.AUTHORIZER_CONFIGURATION_ERROR);
        }
    }

    private static Map<String, String> context(@Nullable Object context) {
        var texts = new LinkedHashMap<String, String>();
        if (context instanceof Map<?, ?> map) {
            for (var entry : map.entrySet()) {
                if (entry.getValue() instanceof Map || entry.getValue() instanceof List) {
                    throw new IllegalArgumentException("the context must be flat");
                }
                texts.put(entry.getKey().toString(), String.valueOf(entry.getValue()));
            }
        }
        return texts;
    }
}
