package ouverture.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows of text in aligned columns. The last column is broken between words so that lines stay within 80
/// columns; the others are as wide as their widest cell.
final class Table {
    private static final int WIDTH = 80;
    private static final int LEAST_LAST = 20;
    private static final String GAP = "  ";

    private final String indent;
    private final String alignments;
    private final List<String[]> rows = new ArrayList<>();

    /// @param indent what every line starts with
    /// @param alignments one letter for each column: `l` for left, `r` for right
    Table(String indent, String alignments) {
        this.indent = indent;
        this.alignments = alignments;
    }

    /// Adds a row of one cell for each column.
    Table row(String... cells) {
        assert cells.length == alignments.length() : Arrays.toString(cells);
        rows.add(cells);
        return this;
    }

    /// Writes all rows, each on one line or more.
    void appendTo(StringBuilder page) {
        int last = alignments.length() - 1;
        int[] widths = new int[last + 1];
        for (String[] row : rows) {
            for (int i = 0; i <= last; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        int left = indent.length();
        for (int i = 0; i < last; i++) {
            left += widths[i] + GAP.length();
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < last; i++) {
                line.append(aligned(row[i], widths[i], alignments.charAt(i))).append(GAP);
            }
            if (alignments.charAt(last) == 'r') {
                page.append(line).append(aligned(row[last], widths[last], 'r')).append('\n');
            } else {
                wrap(page, line, row[last], left);
            }
        }
    }

    private static void wrap(StringBuilder page, StringBuilder line, String text, int left) {
        int most = Math.max(LEAST_LAST, WIDTH - left);
        String rest = text;
        while (rest.length() > most) {
            int space = rest.lastIndexOf(' ', most);
            space = space > 0 ? space : rest.indexOf(' ');
            if (space <= 0) {
                break;
            }
            page.append(line).append(rest, 0, space).append('\n');
            line.setLength(0);
            line.repeat(' ', left);
            rest = rest.substring(space).stripLeading();
        }
        page.append(line.append(rest).toString().stripTrailing()).append('\n');
    }

    private static String aligned(String cell, int width, char alignment) {
        String spaces = " ".repeat(width - cell.length());
        return alignment == 'r' ? spaces + cell : cell + spaces;
    }
}
