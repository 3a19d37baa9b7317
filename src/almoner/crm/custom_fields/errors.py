"""Why a field was not made or changed."""

from almoner.kernel.custom_fields import CustomFieldTaken as CustomFieldTaken
