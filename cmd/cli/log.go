package cli

import (
	"io"

	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/logging"
)

// OpenLog makes the log that the configuration asks for, beside stderr; file is where it goes if the configuration
// names none, "" nowhere. The configuration is read for its log first, and once more by the server: what is wrong
// with it is the command's error, and no line of a log. A demo that needs no configuration has the default log.
func OpenLog(set proxy.Setup, file string, stderr io.Writer) (*logging.Log, error) {
	_, conf, err := set.Load()
	if err != nil && set.Demo != proxy.DemoOn {
		return nil, err
	}
	if err != nil {
		conf.Log = config.DefaultLog()
	}
	dir, err := set.StateDir()
	if err != nil {
		return nil, err
	}
	log, err := logging.Open(conf.Log, conf.Log.Path(dir, file), stderr)
	if err != nil {
		return nil, err
	}
	log.Hide(conf.Secrets()...)
	return log, nil
}
