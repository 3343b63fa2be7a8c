package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/reason"
	"afterglow/proxy/redact"
	"afterglow/proxy/upstream"
)

// VendorTest is how a small call to a vendor went.
type VendorTest struct {
	OK      bool
	Model   string        // the vendor model that was asked for; "" if none was
	Answer  string        // the beginning of what it said, one line; "" if it said nothing within so few tokens
	Took    time.Duration // until the last byte
	Outcome string        // "" when OK; else why not: a ledger class, or one of those below
	Status  int           // the HTTP status; 0 if there was none
	Reason  string        // what the vendor or the network said, one line, without secrets
	Why     reason.Reason // what Reason says, where it has a code
}

// Outcomes of a test that made no call.
const (
	TestNoKey   = "no_key"      // there is no key to call with
	TestSignIn  = "sign_in"     // the user has to sign in first
	TestInvalid = "invalid"     // the draft is no valid configuration; a call may end so too, see ledger.Invalid
	TestClient  = "client_auth" // the vendor gets a client's own credentials, and there is no client here
)

const (
	testTime   = time.Minute
	testTokens = 64 // room for an answer of a model that thinks a little first
	testAnswer = 200
)

// testModel is what a test asks for, as a client would: the smallest model that clients know.
const testModel = "claude-haiku-4-5"

// TestVendor makes a small call to a vendor as the draft describes it, saved or not; key is one not saved yet, or "" for
// the one there is. A vendor of the running chain is asked within its queue, and the call's tokens count. It takes a
// minute at most.
func (s *Server) TestVendor(ctx context.Context, d config.Draft, key config.Secret) VendorTest {
	row, err := s.testRow(d, key)
	if err != nil {
		return VendorTest{Outcome: TestInvalid, Reason: s.oneLine(err.Error(), key.Reveal())}
	}
	v, err := upstream.NewWith(upstream.Accounts{Keeper: s.editing.Keeper, Sites: s.sites, Hidden: &s.hidden, Dial: s.dial}, row, s.log)
	if err != nil {
		return VendorTest{Outcome: TestInvalid, Reason: s.oneLine(err.Error(), key.Reveal())}
	}
	defer v.Close()
	switch {
	case row.Auth == config.AuthClient:
		return VendorTest{Outcome: TestClient, Reason: "this vendor uses the credentials of the calling client, so only a client can test it"}
	case !v.Usable() && v.Provider() != "":
		return VendorTest{Outcome: TestSignIn, Reason: v.Missing().Words, Why: v.Missing()}
	case !v.Usable():
		return VendorTest{Outcome: TestNoKey, Reason: v.Missing().Words, Why: v.Missing()}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, testTime, &upstream.TimeoutError{After: testTime})
	defer cancel()
	return s.try(ctx, v, key.Reveal(), row.Key.Reveal(), row.Account.ClientSecret.Reveal())
}

// testRow is the vendor that a draft describes, with the key that is given.
func (s *Server) testRow(d config.Draft, key config.Secret) (config.Vendor, error) {
	f, err := s.readFile()
	if err != nil {
		return config.Vendor{}, err
	}
	all, err := f.Drafts()
	if err != nil {
		return config.Vendor{}, err
	}
	if key != "" {
		if err := withKey(&d, key); err != nil {
			return config.Vendor{}, err
		}
	}
	name := ""
	if _, ok := all.Draft(d.Name); ok {
		name = d.Name
	}
	d.Enabled = true // what is not in the chain is checked all the same
	if f, err = f.WithVendor(name, d); err != nil {
		return config.Vendor{}, err
	}
	row, err := f.Vendor(d.Name)
	if key != "" {
		row.Key, row.Keyring = key, false
	}
	row.Retry.Attempts = 1 // who tries wants to know, not to wait
	return row, err
}

// try makes the call, with a record like any other. secrets are those that it is made with: nobody else knows them where
// the vendor is not in the running chain.
func (s *Server) try(ctx context.Context, v *upstream.Vendor, secrets ...string) VendorTest {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/api/vendors/"+url.PathEscape(v.Name())+"/test", nil)
	if err != nil {
		return VendorTest{Outcome: TestInvalid, Reason: err.Error()}
	}
	rec, r := s.begin(r, kindTest, "messages")
	defer s.end(rec)
	v.Warm(r.Context())
	name := askFor(v.Conf())
	test := VendorTest{Model: v.Model(name)}
	if name != testModel {
		test.Model = name
	}
	rec.set(func() { rec.model, rec.vendor, rec.served = name, v.Name(), test.Model })
	answer, err := s.askOnce(r.Context(), rec, v, test.Model)
	test.Took = time.Since(rec.start)
	if err != nil {
		refused := refusalOf(r.Context(), err)
		rec.err, rec.gone = refused, errors.Is(refused.Cause, context.Canceled)
		rec.set(func() { rec.status, rec.request = refused.Status, refused.RequestID })
		test.Outcome = string(classOf(rec.err, rec.gone))
		if from := (*anthropic.Error)(nil); errors.As(err, &from) && refused.Cause == nil {
			test.Status = refused.Status
		}
		test.Reason = s.oneLine(cmp.Or(refused.Message, err.Error()), secrets...)
		rec.err = &anthropic.Error{Status: refused.Status, Type: refused.Type, Message: test.Reason, Cause: refused.Cause}
		return test
	}
	test.OK, test.Status, test.Answer = true, http.StatusOK, s.oneLine(answer, secrets...)
	return test
}

// askFor is the model that a test asks for: the one that clients know, or where no rule maps that, the goal of the
// first rule.
func askFor(conf config.Vendor) string {
	if conf.Model(testModel) == testModel && len(conf.Models) > 0 {
		return conf.Models[0].To
	}
	return testModel
}

// askOnce sends the call as soon as its vendor has a slot for it, and returns what was said.
func (s *Server) askOnce(ctx context.Context, rec *record, v *upstream.Vendor, model string) (string, error) {
	used := int64(0)
	if running := s.current(); s.editing.Live && running.vendor(v.Name()) != nil {
		rec.set(func() { rec.enter(Queued) })
		direct, err := running.chain.Direct(ctx, v, model, rec.caller())
		if ended := endedHere(context.Cause(ctx)); ended != nil {
			err = ended
		} else if ctx.Err() != nil && context.Cause(ctx) != context.Canceled {
			err = &anthropic.Error{Status: anthropic.StatusOverloaded, Message: "no slot became free in time", Cause: limiter.ErrWaitExpired}
		}
		if err != nil {
			return "", err
		}
		defer func() { direct.Close(used) }()
		rec.set(func() { rec.enter(Connecting) })
		s.limiter.Notify()
	}
	body := fmt.Sprintf(`{"model":%q,"max_tokens":%d,"messages":[{"role":"user","content":"Reply with OK."}]}`, model, testTokens)
	request, err := anthropic.ParseRequest(body)
	if err != nil {
		return "", err
	}
	rec.bodies.asks(body)
	call, err := v.Prepare(upstream.Call{Request: request, Header: http.Header{}}, model)
	if err != nil {
		return "", err
	}
	response, err := v.Send(ctx, call, nil)
	if err != nil {
		return "", err
	}
	defer response.Close()
	message := gjson.ParseBytes(response.Message)
	if message.Get("type").Str != "message" {
		return "", errors.New("the answer is not a message")
	}
	rec.bodies.says(response.Message)
	rec.readMessage(response.Message)
	rec.hear(response.Message)
	rec.set(func() {
		rec.status, rec.answer, rec.first = http.StatusOK, response.Header, time.Since(rec.start)
		used = rec.usage.Total()
	})
	for _, block := range message.Get("content").Array() {
		if block.Get("type").Str == "text" {
			return block.Get("text").Str, nil
		}
	}
	return "", nil
}

// refusalOf is an error as classOf knows it: what is not the vendor's own word is the network's, or an answer without
// sense.
func refusalOf(ctx context.Context, err error) *anthropic.Error {
	var refused *anthropic.Error
	if errors.As(err, &refused) {
		return refused
	}
	var renamed *upstream.RenamedError
	if errors.As(err, &renamed) {
		return renamed.Refused
	}
	refused = anthropic.Errorf(http.StatusBadGateway, "%v", err)
	var silent *upstream.TimeoutError
	var network net.Error
	var kept *credential.Error
	switch {
	case errors.As(context.Cause(ctx), &silent), errors.As(err, &silent):
		refused.Status, refused.Cause = http.StatusGatewayTimeout, silent
	case ctx.Err() != nil:
		refused.Cause = context.Canceled
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		refused.Cause = err
	case errors.As(err, &kept):
		refused.Cause = err
	}
	return refused
}

// oneLine is a text that can be shown: without secrets, and not long.
func (s *Server) oneLine(text string, secrets ...string) string {
	text = redact.Of(append(s.editing.Keeper.Secrets(), secrets...)...).Text(text, mask)
	text = s.scrubbed(text, nil, "")
	return shortened(strings.Join(strings.Fields(text), " "), testAnswer)
}
