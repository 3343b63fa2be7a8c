package cli

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
)

// Table lays texts out in columns, by the width that they have on a terminal. Make it with NewTable.
type Table struct {
	rows  [][]string
	right []int
}

// gap is what stands between two columns.
const gap = "  "

// NewTable is a table with a line of headers.
func NewTable(headers ...string) *Table { return &Table{rows: [][]string{headers}} }

// Right sets columns flush right, as numbers are. The first is 0.
func (t *Table) Right(columns ...int) *Table {
	t.right = columns
	return t
}

// Row adds a line. Its cells are made safe; an empty one is shown as "-".
func (t *Table) Row(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		if row[i] = Safe(cell); cell == "" {
			row[i] = "-"
		}
	}
	t.rows = append(t.rows, row)
}

// WriteTo writes the table, its headers bold on a terminal that shows colours.
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	cells := runewidth.Condition{StrictEmojiNeutral: true} // whatever the locale is, so that output can be compared
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells.StringWidth(cell))
		}
	}
	var b strings.Builder
	for n, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString(gap)
			}
			space := strings.Repeat(" ", widths[i]-cells.StringWidth(cell))
			if slices.Contains(t.right, i) {
				line.WriteString(space + cell)
			} else {
				line.WriteString(cell + space)
			}
		}
		text := strings.TrimRight(line.String(), " ")
		if n == 0 {
			text = Bold(w, text)
		}
		b.WriteString(text + "\n")
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// Bold makes a text stand out where it is written to a terminal, unless NO_COLOR is set.
func Bold(w io.Writer, text string) string { return styled(w, "1", text) }

// Red is for what needs the user, under the conditions of Bold.
func Red(w io.Writer, text string) string { return styled(w, "31", text) }

func styled(w io.Writer, code, text string) string {
	out, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(out.Fd())) {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Thousands writes a number with a comma before every third digit from the right.
func Thousands(n int64) string {
	digits, sign := strconv.FormatInt(n, 10), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
