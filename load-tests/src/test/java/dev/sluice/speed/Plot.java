package dev.sluice.speed;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/// The medians as bars: how much of each file a contender loads in a second.
final class Plot {
    // the limits in grey, Sluice in blue, the others in warm colours
    private static final List<Color> COLOURS =
            List.of(
                    new Color(0x555555),
                    new Color(0xAAAAAA),
                    new Color(0x1F5FA8),
                    new Color(0x6CA6DC),
                    new Color(0xE08A1E),
                    new Color(0xB5482A),
                    new Color(0x7A9A3A));

    private Plot() {}

    static void write(List<Report> reports, Path file) throws IOException {
        var chart =
                new CategoryChartBuilder()
                        .width(1200)
                        .height(640)
                        .title("MB of CSV loaded in a second, median (more is better)")
                        .yAxisTitle("MB/s")
                        .build();
        style(chart);
        var samples = reports.stream().map(report -> report.sample().table()).toList();
        var contenders = reports.getFirst().contenders();
        for (var contender : contenders) {
            var speeds =
                    reports.stream().map(report -> report.megabytesPerSecond(contender)).toList();
            chart.addSeries(contender.name(), samples, speeds);
        }
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
    }

    private static void style(CategoryChart chart) {
        var styler = chart.getStyler();
        styler.setAvailableSpaceFill(0.9);
        styler.setLabelsVisible(true);
        styler.setLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setLabelsPosition(1.0);
        styler.setLabelsFontColorAutomaticEnabled(true);
        styler.setSeriesColors(COLOURS.toArray(Color[]::new));
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setPlotBorderVisible(false);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setYAxisMin(0.0);
        styler.setYAxisDecimalPattern("0");
        styler.setDecimalPattern("0");
        styler.setLocale(Locale.ROOT);
    }
}
