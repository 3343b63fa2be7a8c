package desktop

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// launchAgent is a file of ~/Library/LaunchAgents, see launchd.plist(5). It starts the program at login and not again
// when it ends.
func launchAgent(p Program) string {
	var args strings.Builder
	for _, arg := range append([]string{p.Path}, p.Args...) {
		args.WriteString("\n\t\t<string>" + escapedXML(arg) + "</string>")
	}
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + escapedXML(p.ID) + `</string>
	<key>ProgramArguments</key>
	<array>` + args.String() + `
	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>ProcessType</key>
	<string>Interactive</string>
</dict>
</plist>
`
}

func escapedXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// launchAgentCommand reads the strings of ProgramArguments, and whether Disabled is true.
func launchAgentCommand(text string) (off bool, command []string) {
	decoder := xml.NewDecoder(strings.NewReader(text))
	decoder.Strict = true
	key, inside := "", ""
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return off, command
		}
		if err != nil {
			return false, nil // half a file starts nothing
		}
		switch t := token.(type) {
		case xml.StartElement:
			inside = ""
		case xml.CharData:
			inside += string(t)
		case xml.EndElement:
			switch name := t.Name.Local; {
			case name == "key":
				key = inside
			case name == "string" && key == "ProgramArguments":
				command = append(command, inside)
			case name == "true" && key == "Disabled":
				off = true
			}
		}
	}
}
