package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// ClientService is what the Clients page asks of the proxy.
type ClientService interface{}

// clientsPage is where coding agents are connected to the proxy, and disconnected.
type clientsPage struct {
	svc  ClientService
	root *fyne.Container
}

func newClientsPage(svc ClientService, d desk) *clientsPage {
	return &clientsPage{svc: svc, root: container.NewStack()}
}

func (p *clientsPage) enter() {}
func (p *clientsPage) leave() {}
