// newbody.go: payloads that did not come from a client.

package sio

// NewBody makes the body of an Ack with the values, as a client would have sent them:
// for what comes from other servers. The errors are those of [JSON.Encode].
func NewBody(values ...any) (Body, error) {
	packets, err := JSON{}.Encode(nil, Header{Type: Ack, HasID: true}, values...)
	if err != nil {
		return nil, err
	}
	d := new(decoder)
	var pkt Packet
	for _, p := range packets {
		if pkt, _, err = d.Decode(p); err != nil {
			return nil, err
		}
	}
	return pkt.Body, nil
}
