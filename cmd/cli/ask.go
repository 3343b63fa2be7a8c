package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Ask puts a question to the person at the terminal, on standard error, and reads yes or no. An empty line is the answer
// given as usual. Where in is no terminal nobody is asked, and asked is false.
func Ask(in io.Reader, out io.Writer, question string, usual bool) (yes, asked bool, err error) {
	terminal, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return usual, false, nil
	}
	yes, err = ask(in, out, question, usual)
	return yes, true, err
}

func ask(in io.Reader, out io.Writer, question string, usual bool) (bool, error) {
	hint := " [y/N] "
	if usual {
		hint = " [Y/n] "
	}
	lines := bufio.NewReader(in)
	for {
		fmt.Fprint(out, question, hint)
		line, err := lines.ReadString('\n')
		switch answer := strings.ToLower(strings.TrimSpace(line)); {
		case answer == "y" || answer == "yes":
			return true, nil
		case answer == "n" || answer == "no":
			return false, nil
		case err == nil && answer == "":
			return usual, nil
		case errors.Is(err, io.EOF):
			fmt.Fprintln(out)
			return false, errors.New("no answer was given; nothing was changed")
		case err != nil:
			return false, fmt.Errorf("read the answer: %w", err)
		}
		fmt.Fprintln(out, "Expected yes or no.")
	}
}
