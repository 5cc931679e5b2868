package dev.sluice.local.gateway;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;

/// API Gateway's static values, which are written in single quotes.
final class Literals {
    private Literals() {}

    static String of(Fields fields, String key) {
        var text = fields.requiredText(key);
        if (text.length() < 2 || !text.startsWith("'") || !text.endsWith("'")) {
            throw new DocumentException(
                    fields.place(key), "only a value in single quotes is supported: " + text);
        }
        return text.substring(1, text.length() - 1);
    }
}
