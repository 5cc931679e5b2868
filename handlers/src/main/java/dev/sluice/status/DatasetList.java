package dev.sluice.status;

import com.fasterxml.jackson.jr.ob.comp.ObjectComposer;
import dev.sluice.dataset.Assets;
import dev.sluice.dataset.Dataset;
import dev.sluice.dataset.DatasetException;
import dev.sluice.lambda.Json;
import dev.sluice.rest.Answer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The datasets among the shared assets, the broken ones with what is wrong with them.
record DatasetList(Assets assets) {

    Answer answer() throws IOException {
        // one version for the whole answer
        var now = assets.at(assets.version());
        var names = now.datasetNames();
        return Answer.document(
                Json.object(list -> {
                    var array = list.startArrayField("datasets");
                    for (var name : names) {
                        var object = array.startObject();
                        write(object, now, name);
                        object.end();
                    }
                    array.end();
                }),
                null);
    }

    private static void write(ObjectComposer<?> object, Assets now, String name)
            throws IOException {
        object.put("dataset", name);
        try {
            write(object, now.dataset(name));
        } catch (DatasetException e) {
            object.put("error", e.getMessage());
        }
    }

    private static void write(ObjectComposer<?> object, Dataset dataset) throws IOException {
        object.put("table", dataset.table().toString())
                .put("format", dataset.format().type().wireName())
                .put("mode", dataset.mode().wireName());
        var columns = object.startArrayField("columns");
        for (var column : dataset.columns()) {
            columns.startObject()
                    .put("name", column.name())
                    .put("type", column.type().sql())
                    .put("required", column.required())
                    .end();
        }
        columns.end();
        @Nullable String staged = dataset.needsStagedRoad().orElse(null);
        object.put("road", staged == null ? "direct" : "staged");
    }
}
