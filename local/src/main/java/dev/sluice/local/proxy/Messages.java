package dev.sluice.local.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The messages that the proxy says itself.
final class Messages {
    static final int PROTOCOL = 3 << 16;

    private Messages() {}

    /// The end of a session, in the shape of the server's own.
    static byte[] fatal(String sqlState, String text) {
        var fields = new ByteArrayOutputStream();
        field(fields, 'S', "FATAL");
        field(fields, 'V', "FATAL");
        field(fields, 'C', sqlState);
        field(fields, 'M', text);
        fields.write(0);
        return message('E', fields.toByteArray());
    }

    private static void field(ByteArrayOutputStream out, char name, String text) {
        out.write(name);
        string(out, text);
    }

    static byte[] authenticationOk() {
        return message('R', new byte[] {0, 0, 0, 0});
    }

    static byte[] askForPassword() {
        return message('R', new byte[] {0, 0, 0, 3});
    }

    /// A key that is good for nothing: cancel requests are ignored.
    static byte[] key(int number) {
        return message(
                'K', ByteBuffer.allocate(8).putInt(number).putInt(number ^ 0x5E55_1011).array());
    }

    static byte[] ready() {
        return message('Z', new byte[] {'I'});
    }

    static byte[] terminate() {
        return message('X', new byte[0]);
    }

    static byte[] startup(Map<String, String> parameters) {
        var body = new ByteArrayOutputStream();
        parameters.forEach((name, value) -> {
            string(body, name);
            string(body, value);
        });
        body.write(0);
        return ByteBuffer.allocate(8 + body.size())
                .putInt(8 + body.size())
                .putInt(PROTOCOL)
                .put(body.toByteArray())
                .array();
    }

    private static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.write(0);
    }

    /// The SQLSTATE of an ErrorResponse.
    static String sqlState(byte[] error) {
        for (int at = 5; at < error.length && error[at] != 0; ) {
            var text = Frames.text(error, at + 1);
            if (error[at] == 'C') {
                return text;
            }
            at += 2 + text.getBytes(StandardCharsets.UTF_8).length;
        }
        return "";
    }
}
