package dev.sluice.local.template;

import dev.sluice.local.document.DocumentException;
import dev.sluice.local.document.Fields;
import dev.sluice.local.document.Place;
import dev.sluice.local.document.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A declared parameter: what it may be, and what it is if nobody says.
record Parameter(
        String name,
        String type,
        Optional<String> otherwise,
        List<String> allowedValues,
        Optional<String> allowedPattern,
        Optional<BigDecimal> minimum,
        Optional<BigDecimal> maximum,
        Optional<Integer> minimumLength,
        Optional<Integer> maximumLength,
        Place place) {

    static Parameter read(String name, Value value) {
        var fields = Fields.of(value, "Parameters." + name);
        var type = fields.requiredText("Type");
        if (!type.matches("String|Number|CommaDelimitedList|List<Number>|(List<)?AWS::.*")) {
            throw new DocumentException(
                    fields.place("Type"), "the parameter type " + type + " is not supported");
        }
        var parameter =
                new Parameter(
                        name,
                        type,
                        // an empty default is written as nothing or as ""
                        fields.has("Default")
                                ? Optional.of(fields.text("Default").orElse(""))
                                : Optional.empty(),
                        fields.texts("AllowedValues"),
                        fields.text("AllowedPattern"),
                        fields.text("MinValue").map(BigDecimal::new),
                        fields.text("MaxValue").map(BigDecimal::new),
                        fields.number("MinLength", 0, Integer.MAX_VALUE),
                        fields.number("MaxLength", 0, Integer.MAX_VALUE),
                        fields.place());
        fields.without("Description", "ConstraintDescription", "NoEcho");
        fields.finish();
        return parameter;
    }

    /// What the parameter is, checked; empty where nothing says so.
    Optional<String> value(Optional<String> given) {
        var value = given.or(() -> otherwise);
        if (value.isEmpty() && type.contains("AWS::")) {
            return Optional.of(placeholder());
        }
        value.ifPresent(this::check);
        return value;
    }

    boolean isList() {
        return type.startsWith("List<") || type.equals("CommaDelimitedList");
    }

    private String placeholder() {
        var kind = type.replaceAll("^List<|>$", "");
        return switch (kind) {
            case "AWS::EC2::VPC::Id" -> "vpc-00000000000000000";
            case "AWS::EC2::Subnet::Id" ->
                    isList()
                            ? "subnet-00000000000000000,subnet-00000000000000001"
                            : "subnet-00000000000000000";
            case "AWS::EC2::SecurityGroup::Id" -> "sg-00000000000000000";
            default -> "none";
        };
    }

    private void check(String value) {
        var problems = new ArrayList<String>();
        if (!allowedValues.isEmpty() && !allowedValues.contains(value)) {
            problems.add("is not one of " + String.join(", ", allowedValues));
        }
        allowedPattern
                .filter(it -> !value.matches(it))
                .ifPresent(it -> problems.add("does not match " + it));
        minimumLength
                .filter(it -> value.length() < it)
                .ifPresent(it -> problems.add("is shorter than " + it));
        maximumLength
                .filter(it -> value.length() > it)
                .ifPresent(it -> problems.add("is longer than " + it));
        if (type.equals("Number")) {
            problems.addAll(numberProblems(value));
        }
        if (!problems.isEmpty()) {
            throw new DocumentException(
                    place, "parameter %s: '%s' %s".formatted(name, value, problems.getFirst()));
        }
    }

    private List<String> numberProblems(String value) {
        var problems = new ArrayList<String>();
        try {
            var number = new BigDecimal(value);
            minimum.filter(it -> number.compareTo(it) < 0)
                    .ifPresent(it -> problems.add("is less than " + it));
            maximum.filter(it -> number.compareTo(it) > 0)
                    .ifPresent(it -> problems.add("is more than " + it));
        } catch (NumberFormatException notANumber) {
            problems.add("is not a number");
        }
        return problems;
    }
}
