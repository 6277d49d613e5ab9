from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_security_events'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='verification',
            name='one_code_at_a_time_per_purpose',
        ),
        migrations.AddField(
            model_name='verification',
            name='email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='address to be'),
        ),
        migrations.AddField(
            model_name='verification',
            name='first_name',
            field=models.CharField(blank=True, max_length=150, verbose_name='first name'),
        ),
        migrations.AddField(
            model_name='verification',
            name='last_name',
            field=models.CharField(blank=True, max_length=150, verbose_name='last name'),
        ),
        migrations.AddField(
            model_name='verification',
            name='password',
            field=models.CharField(blank=True, editable=False, max_length=128, verbose_name='password to be'),
        ),
        migrations.AlterField(
            model_name='verification',
            name='purpose',
            field=models.CharField(choices=[('verify_email', 'Verify the address'), ('reset_password', 'Choose a new password'), ('change_email', 'Change the address'), ('undo_email', 'Undo the change of address')], max_length=20, verbose_name='purpose'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.UniqueConstraint(condition=models.Q(('purpose__in', ['reset_password', 'change_email']), ('used_at', None)), fields=('user', 'purpose'), name='one_code_at_a_time_per_purpose'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.UniqueConstraint(condition=models.Q(('purpose', 'verify_email'), ('used_at', None)), fields=('user', 'password'), name='one_code_at_a_time_per_sign_up'),
        ),
    ]
