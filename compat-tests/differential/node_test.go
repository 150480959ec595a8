// node_test.go: the Node process with the official codecs, and the form of questions and answers.

package differential

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// A message is one text or one binary message of Engine.IO.
type message struct {
	Text   *[]byte `json:"text,omitempty"`
	Binary *[]byte `json:"binary,omitempty"`
}

func textMessage(b []byte) message {
	b = append([]byte{}, b...) // nil would travel as null
	return message{Text: &b}
}

func binaryMessage(b []byte) message {
	b = append([]byte{}, b...)
	return message{Binary: &b}
}

// A question is a line for the oracle.
type question struct {
	Op string `json:"op"`

	Messages []message `json:"messages,omitempty"` // decode

	Type int    `json:"type"` // encode
	NSP  string `json:"nsp"`
	ID   string `json:"id"` // "" for none
	Data tagged `json:"data,omitzero"`

	Text    []byte         `json:"text,omitempty"`    // packet, payload
	Packets []enginePacket `json:"packets,omitempty"` // write
}

// An answer is a line of the oracle.
type answer struct {
	Steps    []*step        `json:"steps"` // decode and encode; nil: attachments are missing
	Lone     bool           `json:"lone"`  // half a surrogate pair is in it
	Messages []message      `json:"messages"`
	Packets  []enginePacket `json:"packets"`
	Written  []byte         `json:"written"`
}

// A step is what one message came to.
type step struct {
	Error string `json:"error"`

	Type int    `json:"type"`
	NSP  string `json:"nsp"`
	ID   string `json:"id"`
	Data tagged `json:"data"`
}

// An enginePacket is a packet of Engine.IO.
type enginePacket struct {
	Error  string  `json:"error,omitempty"`
	Type   string  `json:"type,omitempty"`
	Text   *[]byte `json:"text,omitempty"`
	Binary *[]byte `json:"binary,omitempty"`
}

// An oracle is the Node process.
type oracle struct {
	t   *testing.T
	in  *bufio.Writer
	out *bufio.Reader
}

// startOracle starts the process; it ends when its standard input does, with the test.
func startOracle(t *testing.T) *oracle {
	t.Helper()
	cmd := exec.Command("node", "oracle.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		in.Close()
		require.NoError(t, cmd.Wait())
	})
	return &oracle{t, bufio.NewWriter(in), bufio.NewReaderSize(out, 1<<20)}
}

// ask returns the answers to all questions. They are written while answers are read: the pipes are short.
func (o *oracle) ask(questions []question) []answer {
	o.t.Helper()
	written := make(chan error, 1)
	go func() { written <- o.write(questions) }() // ends when the questions are written, or Node is gone
	answers := make([]answer, len(questions))
	for i := range answers {
		line, err := o.out.ReadBytes('\n')
		require.NoError(o.t, err, "Node has ended")
		require.NoError(o.t, json.Unmarshal(line, &answers[i]), "%s", line)
	}
	require.NoError(o.t, <-written)
	return answers
}

func (o *oracle) write(questions []question) error {
	enc := json.NewEncoder(o.in)
	enc.SetEscapeHTML(false)
	for _, q := range questions {
		if err := enc.Encode(q); err != nil {
			return err
		}
	}
	return o.in.Flush()
}
