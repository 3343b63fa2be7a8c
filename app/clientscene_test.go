package app

// clientFake is the part of fakeService that is behind the Clients page.
type clientFake struct{}
