// export_test.go: what tests from outside look at.

package nats

// Parts puts messages together again.
type Parts struct {
	parts *parts
	subs  [2]subscription
}

// NewParts returns one for messages of up to limit bytes.
func NewParts(limit int) *Parts { return &Parts{parts: newParts(limit)} }

// Add adds a part for the first or second subscriber.
func (p *Parts) Add(sub int, header string, data []byte) ([]byte, bool) {
	return p.parts.add(&p.subs[sub], header, data)
}

// Unfinished is how much is kept.
func (p *Parts) Unfinished() (messages, bytes int) {
	for _, m := range p.parts.unfinished {
		bytes += cap(m.data)
	}
	return len(p.parts.unfinished), bytes
}

// Outbox keeps what waits to be published.
type Outbox struct{ *outbox }

// NewOutbox returns one of so many bytes.
func NewOutbox(limit int) Outbox { return Outbox{newOutbox(limit, new(tally))} }

// Add adds a message.
func (o Outbox) Add(topic string) error { return o.add(topic, nil) }

// Hand hands the oldest over.
func (o Outbox) Hand(n int, epoch uint64) { o.hand(n, epoch) }

// Confirm confirms them.
func (o Outbox) Confirm(n int, epoch uint64) []string { return o.confirm(n, epoch) }

// Fits tells whether so many bytes can be published.
var Fits = fits

// CheckTopic tells whether a topic may be one.
var CheckTopic = checkTopic
