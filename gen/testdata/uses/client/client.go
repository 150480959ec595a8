// Package client uses events as clients do.
package client

import (
	"context"

	"github.com/everwire/everwire/client"
	"github.com/everwire/everwire/event"
	"github.com/everwire/everwire/gen/testdata/uses/proto"
	"github.com/everwire/everwire/namespace/sio"
)

type app struct{ *client.Client }

func open(c *client.Client, target sio.Target, a app) error {
	client.Handle0(c, proto.OnClient, func(context.Context) (int, error) { return 1, nil })
	const heard, told, embedded = event.Event0("heard"), event.Event0("told"), event.Event0("by an embedded client")
	client.On0(c.Of("/x", nil), heard, func(context.Context) error { return told.Emit(target) })
	_ = embedded.Emit(a)
	return proto.ByClient.Emit(c)
}
