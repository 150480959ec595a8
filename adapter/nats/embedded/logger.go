// logger.go: what the NATS server has to say.

package embedded

import (
	"fmt"
	"log/slog"
	"strings"
)

// logger is that of a NATS server. Notices, such as of connections, are for debugging.
type logger struct {
	log    *slog.Logger
	failed chan error // has room for one: the server cannot start
}

func (l *logger) Fatalf(format string, v ...any) {
	select {
	case l.failed <- fmt.Errorf(format, v...):
	default:
		l.Errorf(format, v...)
	}
}

func (l *logger) Errorf(format string, v ...any) { l.log.Error(message(format, v)) }

// Warnf leaves out that the Secret stands in memory: nodes prove that they know it.
func (l *logger) Warnf(format string, v ...any) {
	if !strings.HasPrefix(format, "Plaintext passwords") {
		l.log.Warn(message(format, v))
	}
}

func (l *logger) Noticef(format string, v ...any) { l.log.Debug(message(format, v)) }
func (l *logger) Debugf(format string, v ...any)  { l.log.Debug(message(format, v)) }
func (l *logger) Tracef(string, ...any)           {}

func message(format string, v []any) string { return "everwire: NATS: " + fmt.Sprintf(format, v...) }
