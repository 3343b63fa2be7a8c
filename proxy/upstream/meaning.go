package upstream

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"afterglow/proxy/anthropic"
)

// Meaning is what a vendor's refusal says beyond its status.
type Meaning uint8

const (
	Plain     Meaning = iota // what the status says
	Busy                     // too many calls at once: waiting inside the permit helps
	ModelBusy                // this model is overloaded; the vendor's others are not
	UsedUp                   // a limit over hours or days is used up
	NoFunds                  // no balance, or the plan has ended: until the user does something
	NoModel                  // the plan does not have this model
	BadKey                   // the configured key is refused
	BadForm                  // the vendor cannot take this request; another may
	Unsafe                   // the content is refused
)

// zhipuCodes are the business codes of Zhipu's API, from its rate-limit and error pages in November
// 2026 (docs.bigmodel.cn, docs.z.ai).
var zhipuCodes = map[string]Meaning{
	"1000": BadKey, "1001": BadKey, "1002": BadKey, "1003": BadKey, "1004": BadKey,
	"1113": NoFunds, "1309": NoFunds, "1314": NoFunds,
	"1210": BadForm, "1211": BadForm, "1212": BadForm, "1213": BadForm, "1214": BadForm,
	"1301": Unsafe,
	"1302": Busy, "1303": Busy,
	"1305": ModelBusy, "1312": ModelBusy,
	"1311": NoModel,
	"1304": UsedUp, "1308": UsedUp, "1310": UsedUp, "1313": UsedUp,
	"1316": UsedUp, "1317": UsedUp, "1318": UsedUp, "1319": UsedUp, "1320": UsedUp, "1321": UsedUp,
}

// minimaxCodes are those of MiniMax's base_resp, from its error page in December 2026 (platform.minimaxi.com).
var minimaxCodes = map[string]Meaning{
	"1002": Busy, "1039": Busy, "1004": BadKey, "2049": BadKey, "1008": NoFunds, "1026": Unsafe, "1027": Unsafe, "2013": BadForm, "2056": UsedUp,
}

// alibabaCodes are those of DashScope. Its words for a number of tokens or calls a minute are other vendors' words for a quota or a
// balance that is used up.
var alibabaCodes = map[string]Meaning{
	"insufficient_quota": Busy, "Throttling": Busy, "Throttling.RateQuota": Busy, "Throttling.BurstRate": Busy, "Throttling.AllocationQuota": Busy,
	"LimitRequests": Busy, "limit_requests": Busy, "limit_burst_rate": Busy, "AllocationQuota": Busy,
	"Arrearage": NoFunds, "InvalidApiKey": BadKey, "invalid_api_key": BadKey, "DataInspectionFailed": Unsafe, "data_inspection_failed": Unsafe,
}

// doubaoCodes are those of Volcengine's Ark. A limit that the user has set for an endpoint is as a balance: it ends by the user.
var doubaoCodes = map[string]Meaning{
	"SetLimitExceeded": NoFunds, "AccountOverdueError": NoFunds, "InsufficientBalance": NoFunds, "QuotaExceeded": UsedUp, "AuthenticationError": BadKey,
	"ServerOverloaded": ModelBusy, "SensitiveContentDetected": Unsafe,
	"RateLimitExceeded.EndpointRPMExceeded": Busy, "RateLimitExceeded.EndpointTPMExceeded": Busy,
	"ModelAccountRpmRateLimitExceeded": Busy, "ModelAccountTpmRateLimitExceeded": Busy,
}

// dictionaries are the codes of vendors, by the configuration's name for them. A code means nothing at another vendor.
var dictionaries = map[string]map[string]Meaning{"zhipu": zhipuCodes, "minimax": minimaxCodes, "alibaba": alibabaCodes, "doubao": doubaoCodes}

// noFunds are codes and types of an empty balance that several vendors and gateways share.
var noFunds = []string{"insufficient_quota", "insufficient_balance", "insufficient_user_quota", "insufficient_funds", "billing_error",
	"billing_hard_limit_reached", "billing_not_active", "arrearage", "credit_balance_too_low", "payment_required"}

// codeInText is how some gateways of Zhipu's give the code: "[1302][text][request]".
var codeInText = regexp.MustCompile(`^\[(\d{4})\]`)

// capTexts are what vendors without codes write when a limit over hours or days is used up.
var capTexts = []string{"usage cap", "quota", "limit exceeded", "usage limit"}

// MeaningOf reads a refusal. For a vendor with business codes it also fills in the code and the
// time until which it is out, where only the message has them.
func (v *Vendor) MeaningOf(e *anthropic.Error) Meaning {
	if v.conf.Codes == "zhipu" {
		if found := codeInText.FindStringSubmatch(e.Message); e.Code == "" && found != nil {
			e.Code = found[1]
		}
	}
	own := dictionaries[v.conf.Codes]
	for _, code := range [...]string{e.Code, e.Type} {
		if m, known := own[code]; known {
			return m
		}
	}
	if slices.Contains(noFunds, strings.ToLower(e.Code)) || slices.Contains(noFunds, e.Type) {
		return NoFunds
	}
	text := strings.ToLower(e.Message)
	switch e.Status {
	case http.StatusPaymentRequired:
		return NoFunds
	case http.StatusTooManyRequests, http.StatusForbidden:
		for _, t := range capTexts {
			if strings.Contains(text, t) && !strings.Contains(text, "rate limit") {
				return UsedUp
			}
		}
	}
	if ours := v.conf.Auth != "client"; ours && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden) {
		return BadKey
	}
	return Plain
}

// statuses are those that the meanings have where a vendor gives them a status. Unsafe and BadForm are about the request.
var statuses = map[Meaning]int{
	Busy: http.StatusTooManyRequests, ModelBusy: anthropic.StatusOverloaded, UsedUp: http.StatusTooManyRequests, NoFunds: http.StatusPaymentRequired,
	NoModel: http.StatusForbidden, BadKey: http.StatusUnauthorized, BadForm: http.StatusBadRequest, Unsafe: http.StatusBadRequest,
}

// meant gives an error that came under status 200 the status of what it means.
func (v *Vendor) meant(err error) error {
	var refused *anthropic.Error
	if !errors.As(err, &refused) || !refused.Within200 {
		return err
	}
	if status := statuses[v.MeaningOf(refused)]; status != 0 && status != refused.Status {
		refused.Status, refused.Type, refused.Body = status, anthropic.TypeOf(status), nil
	}
	return err
}

// longWait is how long a vendor asks to be left alone where more is used up than the calls at once.
const longWait = time.Minute

// Crowded reports whether a refusal is for too many calls at once: the vendor says so, or it is a 429 that gives
// neither another reason nor a long time.
func (v *Vendor) Crowded(e *anthropic.Error) bool {
	if e.Status != http.StatusTooManyRequests || e.RetryAfter > longWait {
		return false
	}
	switch v.MeaningOf(e) {
	case Busy:
		return v.conf.Codes == "zhipu" && e.Code == "1302" // the others are for too many a minute
	case Plain:
		return true
	}
	return false
}

// timeInText is a time as Zhipu writes it, in Beijing's zone.
var timeInText = regexp.MustCompile(`\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?`)

var beijing = time.FixedZone("CST", 8*60*60)

// ResetTime is the time that a refusal's message names, zero if it names none that is to come.
func ResetTime(message string, now time.Time) time.Time {
	for _, text := range timeInText.FindAllString(message, -1) {
		text = strings.Replace(text, " ", "T", 1)
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
			if at, err := time.ParseInLocation(layout, text, beijing); err == nil && at.After(now) {
				return at
			}
		}
	}
	return time.Time{}
}
