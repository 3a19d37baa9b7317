"""What the application role may do to each table, and which functions see more than one organization."""

from __future__ import annotations

_ADDED = "SELECT INSERT"
RIGHTS = {
    # Found by definer functions, which make organizations and read logs.
    "platform.organization": "SELECT",
    "platform.directory": "SELECT",
    "platform.event_cursor": "",
    # Over all organizations, by definer functions alone.
    "giving.stripe_claim": "SELECT",
    "platform.server": "",
    # A key is revoked and stays; a session is used up; an answer comes after its claim, and goes with it after a while.
    "platform.api_key": f"{_ADDED} UPDATE(revoked_at expires_at group_id)",
    # A limit is set anew, an hour begins, and a portion is given out.
    "platform.rate_limit": f"{_ADDED} UPDATE(per_hour hour leased)",
    "platform.session": f"{_ADDED} DELETE",
    "platform.idempotency": f"{_ADDED} DELETE UPDATE(answer about)",
    # A group is changed and removed; its name stays, and what it granted when is kept.
    "platform.permission_group": f"{_ADDED} DELETE UPDATE(scopes modified_at)",
    "platform.permission_change": _ADDED,
    # A membership moves to another group, is accepted, disabled and enabled; one whose invitation is revoked goes.
    "platform.membership": f"{_ADDED} DELETE UPDATE(group_id accepted_at disabled_at)",
    # On the first server, and hidden from every organization: people, what they sign in with, and who failed to.
    "platform.account": f"{_ADDED} UPDATE(password_hash otp_secret otp_is_on otp_step)",
    "platform.account_change": _ADDED,
    "platform.account_token": f"{_ADDED} DELETE UPDATE(used_at)",
    "platform.invitation": f"{_ADDED} DELETE",
    "platform.sign_in": f"{_ADDED} DELETE UPDATE(membership_id expires_at ended_at)",
    "platform.sign_in_guard": f"{_ADDED} DELETE UPDATE(failures tried_at blocked_until succeeded_at)",
    # What happened is never otherwise again.
    "giving.event": _ADDED,
    "crm.event": _ADDED,
    **dict.fromkeys(("giving.campaign_sync_change", "giving.donor_link_change"), _ADDED),
    # Written by `merge_donors`, `unmerge_donor` and `move_gifts` alone, with all that belongs to it.
    "giving.donor_merge": "SELECT",
    "giving.gift_move": "SELECT",
    # Kept figures: moved by `count_gifts`, `move_figures`, `move_segments`, `book_gifts`, `rebook_gifts`, `move_projects` and `move_tally` alone, and by triggers.
    "giving.tally": "SELECT",
    "giving.segment_amount": "SELECT",
    "giving.segment_tally": "SELECT",
    "crm.campaign_giving": "SELECT",
    "crm.campaign_part": "SELECT",
    "crm.campaign_pending": "SELECT",
    "crm.campaign_reach": "SELECT",
    "crm.contact_giving": "SELECT",
    "crm.designation": "SELECT",
    "crm.designation_tally": "SELECT",
    "crm.project_giving": "SELECT",
    "crm.tally": "SELECT",
    "sync.tally": "SELECT",
    # A donor is filled in by later gifts, changed, and linked; its gift_count is a kept figure.
    "giving.donor": f"{_ADDED} UPDATE(email email_key title first_name middle_name last_name suffix is_organization"
    " organization_name phone address1 address2 city state postal country notes custom_values crm_key crm_linked crm_second_key other_integrations other_keys is_archived version modified_at)",
    "giving.custom_field": f"{_ADDED} UPDATE(display_name options former_options is_required is_archived version modified_at)",
    "giving.donor_address": f"{_ADDED} DELETE UPDATE(type address1 address2 city state postal country is_primary version modified_at)",
    "giving.donor_contact_method": f"{_ADDED} DELETE UPDATE(kind type value email_key secondary_value country_code is_primary is_opted_in"
    " is_valid is_bounced version modified_at)",
    "giving.campaign": f"{_ADDED} DELETE UPDATE(can_sync name description start_at end_at giving_goal_minor total_gift_goal average_gift_goal_minor"
    " crm_key apply_segment_to_recurring_gifts version modified_at)",
    "giving.project": f"{_ADDED} UPDATE(name code code_key description is_active is_default is_tax_deductible sort_order image_url receipt_emails version modified_at)",
    "giving.segment": f"{_ADDED} DELETE UPDATE(name code code_key description external_identifier version modified_at)",
    "giving.motivation_code": f"{_ADDED} DELETE UPDATE(name code code_key description is_active version modified_at)",
    "giving.premium": f"{_ADDED} DELETE UPDATE(name code code_key description fair_value_minor inventory_count is_active version modified_at)",
    "giving.form": f"{_ADDED} DELETE UPDATE(campaign_id segment_id premium_id name description currency motivation_code covers_costs"
    " is_active offered_project_ids split_project_ids split_weights version modified_at)",
    "giving.gift_detail": _ADDED,
    **dict.fromkeys(("giving.receipt_logo", "giving.statement"), _ADDED),
    # A correction: the donor, the campaign, the day it came in and its payment stay as they are.
    "giving.gift": f"{_ADDED} UPDATE(amount_minor project_ids project_minor gift_on segment_code segment_id is_anonymous notes comment"
    " version modified_at status reversed_minor reserved_minor project_reversed_minor account)",
    "giving.payment_intent": f"{_ADDED} UPDATE(state asked looks failed_looks look_at gift_id transaction_id given_back detail account modified_at)",
    # What becomes of a refund or dispute, and whether what a processor said is settled.
    "giving.reversal": f"{_ADDED} UPDATE(state amount_minor project_ids project_minor said_minor transaction_id reason detail on_day"
    " reinstated_on looks look_at version modified_at)",
    "giving.processor_word": f"{_ADDED} UPDATE(settled_at detail looks look_at)",
    "giving.receipt": f"{_ADDED} UPDATE(state reason voided_at version modified_at cause)",
    "giving.receipt_setting": f"{_ADDED} UPDATE(is_automatic includes_imported locale sender_name sender_email reply_to legal_name"
    " address tax_id signer_name signer_title templates logo version modified_at)",
    "giving.receipt_book": f"{_ADDED} UPDATE(last_number)",
    "giving.receipt_trouble": f"{_ADDED} DELETE UPDATE(reason noted_at)",
    "giving.statement_run": f"{_ADDED} UPDATE(state done_count failed_count skipped_count after_donor_id due_at trouble modified_at)",
    "giving.donor_letter": f"{_ADDED} UPDATE(state reason attempts due_at sent_at modified_at)",
    "giving.gift_acknowledgement": f"{_ADDED} DELETE UPDATE(acknowledged_on acknowledged_by note)",
    "giving.stripe_account": f"{_ADDED} DELETE UPDATE(secret_key webhook_secret publishable_key descriptor_suffix is_live is_claimed caught_up_at look_at modified_at asked_upto read_upto account)",
    "giving.stripe_event": f"{_ADDED} DELETE UPDATE(state detail looks look_at settled_at read_upto)",
    "giving.stripe_entry": f"{_ADDED} UPDATE(payment_id payout_id stored_at)",
    "giving.stripe_payout": f"{_ADDED} UPDATE(state amount_minor arrives_on failure modified_at)",
    # Later words of a source, merges, and what is edited here.
    "crm.contact": f"{_ADDED} UPDATE(contact_type name informal_name merged_into_id version modified_at)",
    "crm.contact_individual": f"{_ADDED} UPDATE(prefix first_name middle_name last_name suffix modified_at)",
    "crm.contact_method": f"{_ADDED} UPDATE(value value_key modified_at)",
    "crm.contact_address": f"{_ADDED} UPDATE(address1 address2 city state postal country modified_at)",
    # A link that was a mistake is taken back: forgotten up to a version.
    "crm.contact_reference": f"{_ADDED} UPDATE(contact_id version merged_version merged_contact_id came_from_ids erased_version said forgotten_version)",
    "crm.contact_note": f"{_ADDED} DELETE UPDATE(contact_id type note noted_on important is_private time_spent version"
    " modified_at)",
    "crm.project_note": f"{_ADDED} DELETE UPDATE(contact_id type note important is_private version modified_at)",
    # Kinds of parts get other names, or are given no more; none is deleted.
    "crm.project_role_type": f"{_ADDED} UPDATE(role role_key is_enabled version modified_at)",
    # Another kind of part; another contact, by a merge. A part may be taken.
    "crm.project_role": f"{_ADDED} DELETE UPDATE(contact_id project_role_type_id version modified_at)",
    # An expense is corrected and never deleted; its project stays. `book_expenses` and `move_spending` move the kept figures.
    "crm.project_expense": f"{_ADDED} UPDATE(amount_minor spent_on accounting_code description version modified_at)",
    "crm.project_spending": "SELECT",
    # What is given out for gifts moves the stock; code, worth and whether it is given are the staff's.
    "crm.premium": f"{_ADDED} UPDATE(name code code_key description price_minor fair_market_value_minor cost_minor"
    " inventory_count is_active custom_values version modified_at)",
    # What is given out for a gift may be otherwise, come back, or go with its gift.
    "crm.gift_premium": f"{_ADDED} DELETE UPDATE(quantity is_returned)",
    "crm.tribute": f"{_ADDED} UPDATE(tribute_type first_name last_name address1 address2 city state postal_code"
    " contact_individual_id default_acknowledgee_individual_id version modified_at)",
    "crm.gift_tribute": f"{_ADDED} DELETE UPDATE(tribute_id tribute_type description acknowledgee_individual_id)",
    # What a project says of itself, and where in the tree it is; `move_projects` lets the tree and its history follow.
    "crm.project": f"{_ADDED} UPDATE(name project_code code_key external_accounting_code online_display_name description type"
    " location parent_id is_public is_active is_available_online is_tax_deductible beginning_balance_minor balance_change_minor"
    " revenue_accounting_code inventory_status temporary_status temporary_until duration_type start_on end_on"
    " financial_need_minor financial_need_type financial_need_frequency is_limited_to_financial_need custom_values"
    " is_restricted_to_gift_specifications treat_as_accounts_payable enable_sync version modified_at)",
    "crm.project_parent": "SELECT",
    # What staff say of a campaign, and the days of its projects; a communication stays as it was made, a segment's stays its.
    "crm.campaign": f"{_ADDED} UPDATE(name description starts_at ends_at giving_goal_minor new_giver_goal total_gift_goal steps"
    " is_archived version modified_at)",
    "crm.campaign_project": f"{_ADDED} DELETE UPDATE(from_on until_on version modified_at)",
    "crm.communication": _ADDED,
    "crm.segment": f"{_ADDED} UPDATE(name code code_key description total_contacts contact_query_id cost_per_contact package_code"
    " package_description receipt_segment_id segment_organizer_id version modified_at)",
    "crm.project_ancestor": _ADDED,
    "crm.gift": f"{_ADDED} UPDATE(contact_id contact_individual_id gift_type gift_on amount_minor currency designation_ids"
    " designation_project_ids designation_minor batch segment_code notes origin is_private is_tax_deductible custom_values details"
    " passthrough_contact_ids passthrough_minor version source_version source_words modified_at)",
    # How a field is shown and used; its name and what it holds stay.
    "crm.custom_field": f"{_ADDED} UPDATE(display_name options former_options is_required is_archived version modified_at)",
    "crm.setting": f"{_ADDED} UPDATE(default_project_id)",
    "crm.recurring_gift": f"{_ADDED} UPDATE(contact_id frequency started_on next_expected_on anticipated_end_on cancelled_at"
    " amount_minor currency designation_project_ids designation_minor segment_code is_private custom_values version source_version modified_at"
    " automated_payments track_payments thank_you_on cancel_reason cancel_category_id)",
    # Expected payments come and go with their schedule; those that were paid or dismissed stay.
    "crm.recurring_gift_payment": f"{_ADDED} DELETE UPDATE(expected_minor dismissed_on is_scheduled)",
    "crm.pledge": f"{_ADDED} UPDATE(contact_id pledged_minor currency frequency pledged_on expected_fulfillment_on gift_ask_id"
    " segment_id project_id is_private written_off_at write_off_reason payment_days payment_minor custom_values version modified_at)",
    "crm.pledge_payment": f"{_ADDED} DELETE UPDATE(expected_on expected_minor)",
    "crm.gift_ask": f"{_ADDED} UPDATE(contact_id ask_minor currency asked_on expected_fulfillment_on notes ask_type frequency"
    " declined project_id segment_id assigned_user_id secondary_assigned_user_id status custom_values version modified_at)",
    "crm.planned_gift": f"{_ADDED} UPDATE(contact_id planned_on planned_gift_type frequency anticipated_minor currency"
    " anticipated_start_on number_of_occurrences current_value_minor contact_individual_id assigned_user_id project_id segment_id thank_you_on"
    " custom_values version modified_at)",
    "crm.grant_award": f"{_ADDED} DELETE UPDATE(contact_id receiving_organization_id owner_id title description reference_id"
    " project_id segment_id due_on anticipated_minor currency status submitted_on anticipated_award_on point_of_contact_name"
    " point_of_contact_email point_of_contact_phone website awarded_grant awarded_minor awarded_on award_terms grant_type custom_values version"
    " modified_at)",
    # What a gift is applied to is said anew with the gift; how much counts follows it, whoever changes it.
    "crm.applied_gift": f"{_ADDED} DELETE UPDATE(pledge_payment_id amount_minor counted_minor)",
    # What is wanted and done of a record moves with each try; which record it is does not.
    "sync.record": f"{_ADDED} UPDATE(donor_id wanted done event_id reason detail crm_id attempts due_at happened_at changed_at"
    " currency minor done_minor waited_since waited_for)",
    # Names that processes of the first version read by, and what tells whether the database is up to date.
    "giving.gift_project": "SELECT",
    "giving.gift_read": "SELECT",
    "crm.gift_designation": "SELECT",
    "crm.project_total": "SELECT",
    "public.almoner_ledger": "SELECT",
    "public.almoner_code": "SELECT",
    "public.almoner_migration": "SELECT",
}
"""The rights of the application role to every table and old view. A new table brings its line, with a reason for each right."""

DEFINER_FUNCTIONS = {
    "crm.segment_follows_code": "a trigger: the segment of a gift by its code, found by an index that policies would hide",
    "crm.recurring_gift_segment_follows_code": "the same of a recurring gift",
    "crm.campaigns_take": "a trigger: figures that follow from gifts, which the application may only read",
    "crm.campaigns_follow": "as campaigns_take",
    "crm.campaigns_lose": "as campaigns_take",
    "crm.campaigns_reach_new": "as campaigns_take, of projects",
    "crm.campaigns_reach_moved": "as campaigns_take, of projects",
    "crm.campaign_reaches_anew": "as campaigns_take, of the projects of campaigns",
    "crm_code.campaigns_behind": "ids of organizations whose campaigns are not up to their projects",
    "crm.designations_come": "a trigger: rows that follow from gifts, which the application may only read",
    "crm.designations_follow": "as designations_come",
    "crm.designations_go": "as designations_come",
    "crm.schedules_follow": "a trigger: days of promises that follow from payments, which the application may only read",
    "crm.plans_follow": "as schedules_follow",
    "crm.promises_follow": "as schedules_follow",
    "platform_code.create_organization": "makes a tenant, so there is none yet",
    "platform_code.list_organizations": "for the operator's commands",
    "platform_code.memberships_of": "somebody who signs in chooses among the organizations",
    "platform_code.membership_of": "a token says which membership, and is asked for its organization",
    "platform_code.list_homes": "for the doctor: ids and names of servers",
    "platform_code.new_organization_id": "the organization it is for is not there yet",
    "platform_code.near_rate_limit": "for the doctor: ids and numbers of requests",
    "platform_code.extend_event_log": "makes partitions, which the application role may not",
    "platform_code.read_events": "a worker reads the events of all organizations",
    "platform_code.move_cursor": "the cursor belongs to no organization",
    "platform_code.lock_part": "the cursor belongs to no organization",
    "platform_code.parts_with_news": "the cursor belongs to no organization",
    "platform_code.register_consumer": "the cursor belongs to no organization",
    "platform_code.backlog": "a number over all organizations",
    "platform_code.stands_for": "a number over all organizations",
    "giving_code.due_letters": "ids of letters of all organizations that are to be sent",
    "giving_code.old_letters": "ids of letters of all organizations that waited too long",
    "giving_code.due_statement_runs": "ids of rounds of statements of all organizations that go on",
    "giving_code.due_payments": "ids of payments of all organizations whose gateway is to be looked at",
    "giving_code.due_refunds": "ids of refunds of all organizations whose gateway is to be looked at",
    "giving_code.due_words": "ids of organizations of whose payments a processor said something",
    "giving_code.due_stripe_events": "ids of events of all organizations that are to be acted on",
    "giving_code.due_stripe_accounts": "ids of organizations whose account at Stripe is to be asked",
    "giving_code.are_stripe_names_taken": "whether another organization has a name at Stripe, and not which",
    "giving_code.claim_stripe_names": "claims are over all organizations: answers whether another one has a name",
    "giving_code.stripe_claimants": "whose account it may be: asked whether they have one, and told to nobody",
    "giving_code.drop_stripe_claims": "as keep_stripe_names: of an organization that has no such account",
    "giving_code.claimed_stripe_names": "as claim_stripe_names: the claims of one organization, by names that are digests and ids of its own",
    "giving_code.keep_stripe_names": "as claim_stripe_names: the claims of one organization go, and nothing is answered",
    "sync_code.due_donors": "ids of donors of all organizations whose next attempt is due",
    "sync_code.organizations_to_mend": "ids of organizations whose gifts wait for a project",
}
"""Functions that see more than one organization. Each was read with care: what it answers, and to whom."""
