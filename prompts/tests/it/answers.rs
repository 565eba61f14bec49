//! The checker on sentences as models write them, by hand: true ones and their false neighbours, from the handbook.

use std::path::Path;

use prompts::cite::{Source, judge};

const TRUE: &[(&str, &str)] = &[
    ("public/refunds.md", "You can get a full refund of your first annual payment if you request it within 30 days."),
    ("public/refunds.md", "Refunds reach your account within 10 business days after approval."),
    ("public/refunds.md", "The money is sent back to the same card or bank account that you paid with."),
    ("public/refunds.md", "On your statement the refund shows up as QUILLMARSH LOXWELL."),
    ("public/refunds.md", "Unused SMS top-ups can be refunded if you ask within 60 days of buying them."),
    ("public/refunds.md", "Duplicate or mistaken charges are refunded in full, and there is no time limit."),
    ("public/refunds.md", "Open Settings, then Billing, then Invoices, pick the invoice and choose Request a refund."),
    ("public/refunds.md", "We can't send the refund to a different card, even if the first one has expired."),
    ("public/refunds.md", "The set-up fee for assisted imports is only refunded if work has not started."),
    (
        "public/cancelling-your-subscription.md",
        "Monthly plans end on the last day of the month already paid for, and there is no cancellation fee.",
    ),
    ("public/cancelling-your-subscription.md", "You can pause for one to six months at \u{a3}6 a month."),
    ("public/cancelling-your-subscription.md", "After closing, your account stays readable for 30 days."),
    ("public/cancelling-your-subscription.md", "Only the account Owner is able to cancel."),
    ("public/cancelling-your-subscription.md", "While paused, the diary is read-only and online booking is off."),
    ("public/api-overview.md", "Practice accounts are limited to 60 requests per minute and Group accounts to 300."),
    ("public/api-overview.md", "Clinical notes cannot be accessed through the API."),
    ("public/api-overview.md", "Version 1 will be switched off on September 30, 2026."),
    ("public/api-overview.md", "Keys that were not used for 180 days are switched off."),
    ("internal/leave-policy-2026.md", "Everyone gets 27 days of annual leave in 2026, plus public holidays."),
    (
        "internal/leave-policy-2026.md",
        "You can carry 5 days into the next year, but they have to be taken by 31 March.",
    ),
    ("internal/leave-policy-2026.md", "Parental leave is 20 weeks on full pay for every new parent."),
    ("internal/leave-policy-2026.md", "After five years, you can take a sabbatical of up to three months."),
    (
        "restricted/salary-bands.md",
        "Ines Marlowe, the chief executive, is paid \u{a3}184,000 a year and gets no bonus.",
    ),
    ("restricted/salary-bands.md", "A senior engineer earns \u{a3}62,400 to \u{a3}77,200."),
    (
        "public/data-retention-and-privacy.md",
        "All customer data is deleted within 90 days of the account closing, backups included.",
    ),
    (
        "public/data-retention-and-privacy.md",
        "Invoices are kept for six years and the current year because of tax law.",
    ),
    ("public/data-retention-and-privacy.md", "Patient data is not used to train models."),
    ("public/release-notes-2026.txt", "Group appointments can hold up to 40 patients in one slot."),
    ("public/release-notes-2026.txt", "Passwords now need at least 12 characters."),
    ("public/release-notes-2026.txt", "Loxwell Pocket no longer supports Android 9."),
];

const FALSE: &[(&str, &str)] = &[
    ("public/refunds.md", "You can get a full refund of your first annual payment if you request it within 60 days."),
    ("public/refunds.md", "Refunds reach your account within 10 weeks after approval."),
    ("public/refunds.md", "The refund can be sent to a different card if the first one has expired."),
    ("public/refunds.md", "On your statement the refund shows up as LOXWELL PAYMENTS."),
    ("public/refunds.md", "Unused SMS top-ups can be refunded if you ask within 30 days of buying them."),
    ("public/refunds.md", "Monthly payments are refunded in full until the paid month ends."),
    ("public/refunds.md", "Refunds are paid out in gift vouchers for the Loxwell shop."),
    ("public/refunds.md", "The set-up fee for assisted imports is never refunded."),
    (
        "public/cancelling-your-subscription.md",
        "Monthly plans end on the last day of the paid month, and there is a cancellation fee.",
    ),
    ("public/cancelling-your-subscription.md", "You can pause for one to twelve months at \u{a3}6 a month."),
    ("public/cancelling-your-subscription.md", "You can pause for one to six months at \u{20ac}6 a month."),
    ("public/cancelling-your-subscription.md", "After closing, your account stays readable for 90 days."),
    ("public/cancelling-your-subscription.md", "Any receptionist is able to cancel the account."),
    ("public/api-overview.md", "Group accounts are limited to 60 requests per minute."),
    ("public/api-overview.md", "Clinical notes are available through the API."),
    ("public/api-overview.md", "Version 2 will be switched off on September 30, 2026."),
    ("public/api-overview.md", "Version 1 will be switched off on October 30, 2026."),
    ("internal/leave-policy-2026.md", "Everyone gets 30 days of annual leave in 2026, plus public holidays."),
    ("internal/leave-policy-2026.md", "You can carry 5 days into the next year, but they have to be taken by 31 May."),
    ("internal/leave-policy-2026.md", "Parental leave is 20 weeks on half pay for every new parent."),
    ("internal/leave-policy-2026.md", "After three years, you can take a sabbatical of up to five months."),
    ("restricted/salary-bands.md", "Daniel Marlowe, the chief executive, is paid \u{a3}184,000 a year."),
    ("restricted/salary-bands.md", "A senior engineer earns \u{a3}78,300 to \u{a3}96,500."),
    ("restricted/salary-bands.md", "A senior engineer earns \u{a3}26,900 to \u{a3}30,600."),
    ("public/data-retention-and-privacy.md", "All customer data is deleted within 30 days of the account closing."),
    ("public/data-retention-and-privacy.md", "Invoices contain patient data."),
    ("public/data-retention-and-privacy.md", "Patient data is used to train models."),
    ("public/release-notes-2026.txt", "Group appointments can hold up to 400 patients in one slot."),
    ("public/release-notes-2026.txt", "Passwords now need at most 12 characters."),
    ("public/release-notes-2026.txt", "Loxwell Pocket supports Android 9."),
];

fn supported((path, claim): &(&str, &str)) -> bool {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/seed").join(path)).unwrap();
    let source = Source::new(text.lines().next().unwrap_or_default(), &text);
    let verdict = judge(claim, 1, &source);
    if let Ok(found) = &verdict {
        assert!(!source.text[found.quote.clone()].is_empty());
    }
    verdict.is_ok()
}

#[test]
fn what_models_write_is_told_apart() {
    let (kept, refused): (Vec<&(&str, &str)>, Vec<_>) = TRUE.iter().partition(|case| supported(case));
    let passed: Vec<_> = FALSE.iter().filter(|case| supported(case)).collect();
    println!("{} of {} kept, refused {refused:?}", kept.len(), TRUE.len());
    println!("{} of {} let through: {passed:?}", passed.len(), FALSE.len());
    assert!(kept.len() >= 28, "{refused:?}");
    assert!(passed.len() <= 3, "{passed:?}");
}
