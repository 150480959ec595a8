// Package embedded runs a NATS server within the process, so that servers form a cluster
// with nothing installed:
//
//	node, err := embedded.Start(embedded.Config{
//		Cluster: ":6222",
//		Routes:  []string{"10.0.0.1:6222", "10.0.0.2:6222"},
//		Secret:  os.Getenv("CLUSTER_SECRET"),
//	})
//	srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(node, cluster.Config{})})
//	…
//	defer node.Close() // after srv.Shutdown
//
// Nodes connect to each other over Config.Cluster, and tell each other of the rest: one or
// two routes suffice, and the same list may be given to all, as a node ignores itself.
// Nothing is stored.
package embedded

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"

	"github.com/everwire/everwire/adapter/nats"
)

// Config sets up a [Server]. A zero field means its default.
type Config struct {
	// Name of the node, for others; each needs its own. Default: a random one.
	Name string

	// Cluster is the address, host:port, where other nodes connect; port 0 means any.
	// Default "": none do. Advertise is the one that they are told, if it is another.
	Cluster   string
	Advertise string

	// Routes are addresses of other nodes. They need not be there yet.
	Routes []string

	// Secret is what nodes, and clients of Client, have to know; all need the same.
	// Without it, who can reach Cluster can do with users what a server can. It does
	// not encrypt: TLS does, which needs certificates that nodes accept from each other.
	Secret string
	TLS    *tls.Config

	// Client is the address, host:port, where other processes connect as clients of
	// NATS, such as emitters: with the URL of ClientURL. Default "": none can.
	Client string

	Bus    nats.Config  // of the node's Bus, without Conn
	Logger *slog.Logger // default slog.Default(); of Bus too
}

// Server is a node: a NATS server, and a [nats.Bus] that is connected to it.
type Server struct {
	*nats.Bus
	server  *server.Server
	conn    *natsgo.Conn
	echo    echo
	clients bool
}

// user is what nodes and clients call themselves.
const user = "everwire"

// starting is how long a server may take to start.
const starting = 10 * time.Second

// Start starts a node. The error says what is wrong with c, or that an address is taken.
func Start(c Config) (*Server, error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	o, err := c.options()
	if err != nil {
		return nil, err
	}
	srv, err := server.NewServer(o)
	if err != nil {
		return nil, fmt.Errorf("embedded: %w", err)
	}
	if c.Secret == "" && (c.Cluster != "" && !isLoopback(c.Cluster) || c.Client != "" && !isLoopback(c.Client)) {
		c.Logger.Warn("everwire: the cluster has no Secret: whoever reaches its port is a node of it", "cluster", c.Cluster, "client", c.Client)
	}
	s := &Server{server: srv, clients: c.Client != ""}
	if err := s.start(c, o); err != nil {
		s.stop()
		return nil, fmt.Errorf("embedded: %w", err)
	}
	return s, nil
}

func (c *Config) options() (*server.Options, error) {
	o := &server.Options{
		ServerName: c.Name, NoSigs: true, PingInterval: 10 * time.Second, MaxPingsOut: 2,
	}
	if err := c.clients(o); err != nil {
		return nil, err
	}
	if c.Cluster == "" {
		if len(c.Routes) > 0 {
			return nil, errors.New("embedded: Config.Routes needs Config.Cluster")
		}
		return o, nil
	}
	o.Cluster = server.ClusterOpts{
		Name: user, Username: routeUser(c.Secret), Password: c.Secret, Advertise: c.Advertise, NoAdvertise: true,
		TLSConfig: c.TLS, TLSTimeout: 5, PingInterval: 5 * time.Second, MaxPingsOut: 2,
		PoolSize: -1, // one connection to each node, which keeps the order of all that is sent
	}
	if err := split(c.Cluster, &o.Cluster.Host, &o.Cluster.Port); err != nil {
		return nil, fmt.Errorf("embedded: Config.Cluster: %w", err)
	}
	for _, route := range c.Routes {
		if _, _, err := net.SplitHostPort(route); err != nil {
			return nil, fmt.Errorf("embedded: Config.Routes: %w", err)
		}
		u := &url.URL{Scheme: "nats-route", Host: route}
		if c.Secret != "" {
			u.User = url.UserPassword(user, c.Secret)
		}
		o.Routes = append(o.Routes, u)
	}
	return o, nil
}

// clients sets up who can connect as a client. A server without a port for clients would
// not listen for nodes either: then it has one on this machine, for which nobody knows the
// password.
func (c *Config) clients(o *server.Options) error {
	address := c.Client
	if address == "" {
		address = "127.0.0.1:0"
		o.DontListen = c.Cluster == ""
	}
	if err := split(address, &o.Host, &o.Port); err != nil {
		return fmt.Errorf("embedded: Config.Client: %w", err)
	}
	if c.Secret != "" {
		o.Username, o.Password = user, c.Secret
	}
	if c.Client == "" {
		o.Username, o.Password = user, rand.Text()
	}
	return nil
}

// split stores the parts of an address. Port 0 is that of any.
func split(address string, host *string, port *int) error {
	h, p, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return fmt.Errorf("port of %q is no number from 0 to 65535", address)
	}
	if *host, *port = h, int(n); h == "" {
		*host = "0.0.0.0"
	}
	if n == 0 {
		*port = server.RANDOM_PORT
	}
	return nil
}

// routeUser is what nodes call themselves, if they have to.
func routeUser(secret string) string {
	if secret == "" {
		return ""
	}
	return user
}

func isLoopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Server) start(c Config, o *server.Options) (err error) {
	log := &logger{log: c.Logger, failed: make(chan error, 1)}
	s.server.SetLoggerV2(log, false, false, false)
	s.server.Start()
	ready := make(chan bool, 1)
	go func() { ready <- s.server.ReadyForConnections(starting) }() // ends by then
	select {
	case err = <-log.failed:
		return err
	case ok := <-ready:
		if !ok {
			return fmt.Errorf("the server did not start within %v", starting)
		}
	}
	options := append(nats.Options(), natsgo.InProcessServer(s.server))
	if o.Password != "" {
		options = append(options, natsgo.UserInfo(o.Username, o.Password))
	}
	if s.conn, err = natsgo.Connect("", options...); err != nil {
		return err
	}
	if c.Bus.Conn = s.conn; c.Bus.Logger == nil {
		c.Bus.Logger = c.Logger
	}
	if s.Bus, err = nats.New(c.Bus); err != nil {
		return err
	}
	return s.echo.listen(s.conn, s.server)
}

// ClusterAddr is the address where other nodes connect; "" if none do.
func (s *Server) ClusterAddr() string {
	if a := s.server.ClusterAddr(); a != nil {
		return a.String()
	}
	return ""
}

// ClientURL is where clients of NATS connect, without the Secret; "" if none can. With a
// Secret they need the user "everwire" with it as password.
func (s *Server) ClientURL() string {
	if !s.clients {
		return ""
	}
	return s.server.ClientURL()
}

// Nodes is to how many other nodes this one is connected.
func (s *Server) Nodes() int { return s.server.NumRemotes() }

// Close publishes what waits, for a second at most, and ends the server. The error is that
// of [nats.Bus.Close].
func (s *Server) Close() error {
	err := s.Bus.Close()
	s.stop()
	return err
}

func (s *Server) stop() {
	if s.conn != nil {
		s.conn.Close()
	}
	s.server.Shutdown()
	s.server.WaitForShutdown()
}
